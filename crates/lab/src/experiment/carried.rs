//! Outcomes on their way from one program to another, to the bit.
//!
//! Numbers go as the bits they are: what is not a number, infinite or next to nothing arrives as it left, which no text of
//! decimals promises. The form has no names and no version, since both ends are the same program: whoever sends outcomes
//! says which.

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Outcomes of listeners, or what was made of each, as bytes; the same ones are the same bytes.
pub fn carried<T: Serialize>(outcomes: &[T]) -> Vec<u8> {
    postcard::to_stdvec(outcomes).expect("memory takes what it is given")
}

/// Bytes as the outcomes they were made of.
///
/// # Errors
/// When they are not whole, or something else.
pub fn brought<T: DeserializeOwned>(bytes: &[u8]) -> Result<Vec<T>, String> {
    match postcard::take_from_bytes(bytes) {
        Ok((outcomes, [])) => Ok(outcomes),
        Ok((_, rest)) => Err(format!("{} bytes are left behind the last outcome", rest.len())),
        Err(error) => Err(format!("these are no outcomes: {error}")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::outcome::{Heard, ListenerOutcome, Past, SessionOutcome};
    use super::super::tune::Worth;
    use super::*;

    /// Numbers that decimals lose: no number with a message in its bits, both zeros, both infinities, the smallest there is.
    const ODD: [u64; 8] = [
        0x7ff8_0000_0000_0000,
        0xfff0_dead_beef_0001,
        0x7ff0_0000_0000_0000,
        0xfff0_0000_0000_0000,
        0x8000_0000_0000_0000,
        0x0000_0000_0000_0001,
        0x000f_ffff_ffff_ffff,
        0x3fd5_5555_5555_5555,
    ];

    fn odd() -> Vec<ListenerOutcome> {
        let session = |bits: u64| {
            let odd = f64::from_bits(bits);
            let mut heard =
                Heard { seconds: odd, play_ratio: -odd, liked: true, ..Heard::default() };
            heard.entry.popularity = odd;
            SessionOutcome {
                plays: vec![heard, Heard::default()],
                began_h: odd,
                away_h: Some(odd),
                delay: odd,
                listening_s: odd,
                searches: u32::MAX,
                guarded: 3,
                left: true,
                opened: true,
                ..SessionOutcome::default()
            }
        };
        let past = Past { entry: Heard::default().entry, completed: true };
        let one = ListenerOutcome {
            segment: "new, \u{1b} 新".into(),
            past: vec![past],
            sessions: ODD.map(session).to_vec(),
        };
        vec![one, ListenerOutcome::default()]
    }

    #[test]
    fn odd_numbers_arrive_with_every_bit() {
        let bytes = carried(&odd());
        let arrived: Vec<ListenerOutcome> = brought(&bytes).unwrap();
        assert_eq!(arrived.len(), 2);
        for (session, bits) in arrived[0].sessions.iter().zip(ODD) {
            let numbers = [session.began_h, session.delay, session.listening_s];
            assert_eq!(numbers.map(f64::to_bits), [bits; 3]);
            assert_eq!(session.away_h.map(f64::to_bits), Some(bits));
            assert_eq!(session.plays[0].seconds.to_bits(), bits);
            assert_eq!(session.plays[0].entry.popularity.to_bits(), bits);
            assert_eq!(session.plays[0].play_ratio.to_bits(), (-f64::from_bits(bits)).to_bits());
            assert!(session.opened && !session.replayed && session.plays[1].skipped);
        }
        // Equal numbers cannot be asked for, where some are none; equal bytes can.
        assert_eq!(carried(&arrived), bytes);

        let odd = ODD.map(f64::from_bits).map(|odd| Worth { value: odd, completion: -odd });
        let arrived: Vec<Worth> = brought(&carried(&odd)).unwrap();
        let bits = |worth: &Worth| [worth.value.to_bits(), worth.completion.to_bits()];
        assert_eq!(arrived.iter().map(bits).collect::<Vec<_>>(), odd.each_ref().map(bits));
    }

    #[test]
    fn what_is_not_whole_is_no_outcome() {
        let brought = |bytes: &[u8]| brought::<ListenerOutcome>(bytes);
        let bytes = carried(&odd());
        assert!((0..bytes.len()).all(|cut| brought(&bytes[..cut]).is_err()));
        let more = [bytes.as_slice(), &[0]].concat();
        assert!(brought(&more).is_err_and(|told| told.contains("1 bytes are left")));
        // A count of outcomes that no memory holds is refused and not believed.
        assert!(brought(&[0xff; 10]).is_err());
    }
}
