//! Listeners of a log on their way from one program to another: the bytes that a shard of the log would have.

use super::decode::decode;
use super::encode::encode;
use super::plays::Reading;
use super::write::COMPLETION;
use melody_core::catalogue::Catalogue;
use melody_core::input::InputError;
use melody_core::plays::LoggedListener;

/// Listeners as bytes.
///
/// # Errors
/// When they have more plays than a list of Arrow can, two thousand million.
pub fn carry_listeners(
    catalogue: &Catalogue,
    listeners: &[LoggedListener],
) -> Result<Vec<u8>, String> {
    encode(catalogue, listeners).map_err(|error| error.to_string())
}

/// Bytes as the listeners they were made of. `name` is what messages call them.
///
/// # Errors
/// When they are of another catalogue, or not whole.
pub fn bring_listeners(
    name: &str,
    catalogue: &Catalogue,
    bytes: &[u8],
) -> Result<Vec<LoggedListener>, InputError> {
    decode(Reading { file: name, catalogue, completion: COMPLETION as f32 }, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::log::simulate::draw_some;
    use melody_simulation::{LogConfig, World};

    #[test]
    fn listeners_arrive_as_they_left() {
        let catalogue = melody_core::catalogue::default_catalogue();
        let world = World::new(&catalogue);
        let config = LogConfig { seed: 5, sessions: 3, rollouts: 2, slates: 0.0 };
        let drawn = draw_some((&catalogue, &world), config, 3..9, &|| ());
        let bytes = carry_listeners(&catalogue, &drawn).unwrap();
        assert_eq!(bring_listeners("carried", &catalogue, &bytes).unwrap(), drawn);
        assert_eq!(carry_listeners(&catalogue, &drawn).unwrap(), bytes);
        assert!(bring_listeners("carried", &catalogue, &bytes[..bytes.len() - 9]).is_err());
    }
}
