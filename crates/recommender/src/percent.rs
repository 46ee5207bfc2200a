//! Shares in percent, as they are said wherever people read them.

use melody_core::score::Score;

/// A share to the nearest tenth of a percent, which is left out where it is none.
pub fn nearest(share: Score) -> String {
    tenths((share.value() * 1000.0).round() as i64)
}

/// A share that is needed, rounded up to a tenth of a percent: with less it would not do.
pub fn needed(share: Score) -> String {
    let millionths = share.millionths();
    tenths(millionths.div_euclid(1_000) + i64::from(millionths.rem_euclid(1_000) > 0))
}

/// A share to the nearest percent.
pub fn whole(share: f64) -> String {
    format!("{:.0} %", 100.0 * share)
}

fn tenths(tenths: i64) -> String {
    match tenths % 10 {
        0 => format!("{} %", tenths / 10),
        _ => format!("{:.1} %", tenths as f64 / 10.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_rounded_as_it_is_meant() {
        let share = Score::from_millionths(123_401);
        assert_eq!(
            [nearest(share), needed(share), whole(share.value())],
            ["12.3 %", "12.4 %", "12 %"]
        );
        assert_eq!([nearest(Score::ONE), needed(Score::ZERO)], ["100 %", "0 %"]);
    }
}
