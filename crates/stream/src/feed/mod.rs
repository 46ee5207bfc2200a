//! Where records come from: logs on this disk, or a stream.

mod logs;
mod message;
mod position;
mod stream;

pub use logs::LogFeed;
pub use message::Message;
pub use stream::StreamFeed;
