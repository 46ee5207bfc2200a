//! A learner on a screen of its own, until somebody leaves it.

use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossterm::event::{self, Event, KeyCode, KeyModifiers};
use ratatui::text::{Line, Text};

use super::lines::lines;
use crate::theme::Look;
use melody_stream::learn::Status;

/// How often it is looked at.
const LOOK: Duration = Duration::from_millis(500);

/// Shows what `read` gives, anew twice a second. What cannot be read now leaves what was read before, and is told.
///
/// # Errors
/// When the terminal cannot be used.
pub fn watch(look: &Look, read: &dyn Fn() -> Result<Status, String>) -> io::Result<()> {
    let mut terminal = ratatui::try_init()?;
    let ended = show(&mut terminal, look, read);
    ratatui::try_restore()?;
    ended
}

fn show(
    terminal: &mut ratatui::DefaultTerminal,
    look: &Look,
    read: &dyn Fn() -> Result<Status, String>,
) -> io::Result<()> {
    let mut status = Status::default();
    loop {
        let failed = match read() {
            Ok(read) => {
                status = read;
                None
            }
            Err(why) => Some(why),
        };
        terminal.draw(|frame| {
            let area = frame.area();
            let columns = usize::from(area.width);
            let mut all = lines((&status, now_ms()), &look.theme, look.lang, columns);
            all.extend(failed.iter().map(|why| Line::styled(why.clone(), look.theme.state)));
            let keys = look.lang.text("q: leave").into_owned();
            all.push(Line::styled(keys, look.theme.faint));
            frame.buffer_mut().set_style(area, look.theme.text);
            frame.render_widget(Text::from(all), area);
        })?;
        if event::poll(LOOK)?
            && let Event::Key(key) = event::read()?
        {
            let control = key.modifiers.contains(KeyModifiers::CONTROL);
            match key.code {
                KeyCode::Char('q') | KeyCode::Esc => return Ok(()),
                KeyCode::Char('c') if control => return Ok(()),
                _ => {}
            }
        }
    }
}

/// What the clock says, in milliseconds since 1970.
fn now_ms() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}
