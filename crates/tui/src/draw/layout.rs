//! What frames every view: header above, footer below.

use ratatui::layout::Rect;

/// Below this nothing but a notice fits.
const SMALLEST: (u16, u16) = (20, 6);
/// From here on the views have a line of their own.
const TALL: u16 = 16;

/// The places of a frame. A place of no height is not drawn.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Frame {
    pub header: Rect,
    pub body: Rect,
    /// What a tour says, under the body.
    pub caption: Rect,
    pub footer: Rect,
    /// Whether the screen is too small for anything but a notice.
    pub notice: bool,
}

/// Takes rows off the top of what is left.
pub(crate) fn take(rest: &mut Rect, rows: u16) -> Rect {
    let rows = rows.min(rest.height);
    let taken = Rect { height: rows, ..*rest };
    rest.y += rows;
    rest.height -= rows;
    taken
}

impl Frame {
    /// The places on a screen, `captioned` rows of it for a caption.
    pub(crate) fn new(area: Rect, captioned: u16) -> Self {
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            return Frame { notice: true, ..Frame::default() };
        }
        let mut body = area;
        let mut frame = Frame::default();
        if area.height >= 9 {
            frame.header = take(&mut body, if area.height >= TALL { 2 } else { 1 });
            body.height -= 1;
            frame.footer = Rect { y: body.bottom(), height: 1, ..area };
        }
        // The view keeps the larger part.
        let captioned = captioned.min(body.height / 2);
        body.height -= captioned;
        frame.caption = Rect { y: body.bottom(), height: captioned, ..body };
        frame.body = body;
        frame
    }
}
