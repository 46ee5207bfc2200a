//! Colours by name, and how far apart two of them look.

use ratatui::style::Color;

/// The terminal's own colours, by the names a theme may use. `white` is the seventh, a light grey.
pub const TERMINAL: [(&str, Color); 17] = [
    ("default", Color::Reset),
    ("black", Color::Black),
    ("red", Color::Red),
    ("green", Color::Green),
    ("yellow", Color::Yellow),
    ("blue", Color::Blue),
    ("magenta", Color::Magenta),
    ("cyan", Color::Cyan),
    ("white", Color::Gray),
    ("bright-black", Color::DarkGray),
    ("bright-red", Color::LightRed),
    ("bright-green", Color::LightGreen),
    ("bright-yellow", Color::LightYellow),
    ("bright-blue", Color::LightBlue),
    ("bright-magenta", Color::LightMagenta),
    ("bright-cyan", Color::LightCyan),
    ("bright-white", Color::White),
];

/// A colour as a theme writes it: `#rrggbb` or the name of one of the terminal's.
pub fn named(name: &str) -> Option<Color> {
    if let Some(digits) = name.strip_prefix('#') {
        let hex = digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let value = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
        let [_, r, g, b] = value.to_be_bytes();
        return Some(Color::Rgb(r, g, b));
    }
    TERMINAL.iter().find(|(known, _)| *known == name).map(|(_, colour)| *colour)
}

/// Red, green and blue of a colour in sRGB.
pub type Rgb = (u8, u8, u8);

/// A colour as the eye orders it: lightness in [0, 1], green to red and blue to yellow, both about
/// -0.4 to 0.4. Björn Ottosson, "A perceptual color space for image processing" (2020).
#[derive(Clone, Copy, Debug)]
pub struct Lab {
    /// Lightness: 0 is black, 1 is white.
    pub l: f64,
    /// Green below 0, red above.
    pub a: f64,
    /// Blue below 0, yellow above.
    pub b: f64,
}

impl Lab {
    /// The colour with these shares in sRGB.
    pub fn new((r, g, b): Rgb) -> Self {
        let [r, g, b] = [linear(r), linear(g), linear(b)];
        let l = (0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b).cbrt();
        let m = (0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b).cbrt();
        let s = (0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b).cbrt();
        Lab {
            l: 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
            a: 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
            b: 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
        }
    }

    /// How colourful it is; greys are 0, the purest colours about 0.3.
    pub fn chroma(self) -> f64 {
        self.a.hypot(self.b)
    }

    /// How different two colours look; black and white are 1 apart.
    pub fn distance(self, other: Lab) -> f64 {
        (self.l - other.l).hypot(self.a - other.a).hypot(self.b - other.b)
    }

    /// How far apart their hues are, from 0 to 1 for opposite ones.
    pub fn hue_distance(self, other: Lab) -> f64 {
        let apart = (self.b.atan2(self.a) - other.b.atan2(other.a)).abs();
        apart.min(std::f64::consts::TAU - apart) / std::f64::consts::PI
    }
}

/// The share of light in a channel of an sRGB colour.
fn linear(channel: u8) -> f64 {
    let c = f64::from(channel) / 255.0;
    if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
}

/// The contrast of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
pub fn contrast(one: Rgb, other: Rgb) -> f64 {
    let luminance = |(r, g, b): Rgb| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_read_by_name_or_digits() {
        assert_eq!(named("#1a2B3c"), Some(Color::Rgb(0x1a, 0x2b, 0x3c)));
        assert_eq!(named("bright-red"), Some(Color::LightRed));
        for bad in ["#12345", "#1234567", "#+12345", "#ggg000", "#", "", "pink", "#夜夜"] {
            assert_eq!(named(bad), None, "{bad}");
        }
    }

    #[test]
    fn black_and_white_are_one_apart_and_contrast_most() {
        let (black, white) = ((0, 0, 0), (255, 255, 255));
        assert!((Lab::new(black).distance(Lab::new(white)) - 1.0).abs() < 1e-3);
        assert!((contrast(black, white) - 21.0).abs() < 1e-9);
        // A published pair: #767676 on white is 4.54 to 1.
        assert!((contrast((0x76, 0x76, 0x76), white) - 4.54).abs() < 0.01);
        // The reference value of pure red in OKLab.
        let red = Lab::new((255, 0, 0));
        assert!((red.l - 0.628).abs() < 1e-3 && (red.a - 0.225).abs() < 1e-3);
    }
}
