//! Where the data of a split comes from: memory, or a training log larger than it.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

use super::manifest::Count;
use super::read::TrainingLog;
use crate::data::dataset::Dataset;
use crate::data::split::Split;
use crate::data::windows::windows;
use melody_core::input::InputError;

/// Data in chunks of whole listeners. Copies share what they hold.
#[derive(Clone, Debug)]
pub enum Source {
    /// One chunk.
    Memory(Arc<Dataset>),
    /// A chunk for each shard.
    Log(TrainingLog, Split),
}

impl Source {
    /// Data that is in memory already, as one chunk.
    pub fn memory(data: Dataset) -> Self {
        Source::Memory(Arc::new(data))
    }

    /// How much is in each chunk, known without reading it.
    pub fn chunks(&self) -> Vec<Count> {
        match self {
            Source::Log(log, split) => log.chunks(*split),
            Source::Memory(data) => vec![Count {
                listeners: data.listeners.len() as u64,
                plays: data.plays() as u64,
                windows: windows(data).len() as u64,
            }],
        }
    }

    /// How much is in all chunks together.
    pub fn count(&self) -> Count {
        let mut total = Count::default();
        self.chunks().into_iter().for_each(|chunk| total += chunk);
        total
    }

    /// # Errors
    /// When a shard cannot be read or is not as it was written.
    pub fn read(&self, chunk: usize) -> Result<Arc<Dataset>, InputError> {
        match self {
            Source::Memory(data) => Ok(data.clone()),
            Source::Log(log, split) => log.read(chunk, *split).map(Arc::new),
        }
    }

    /// Reads chunks in this order, each while the one before it is in use.
    pub fn read_ahead(&self, order: Vec<usize>) -> ReadAhead {
        let (sender, receiver) = sync_channel(0);
        let source = self.clone();
        thread::spawn(move || {
            for chunk in order {
                let read = source.read(chunk);
                let failed = read.is_err();
                // Nobody listens any more once the reader has been dropped.
                if sender.send(read).is_err() || failed {
                    break;
                }
            }
        });
        ReadAhead { receiver }
    }
}

/// Chunks, one after the other. One is in use and one is being read, so that two are in memory.
pub struct ReadAhead {
    receiver: Receiver<Result<Arc<Dataset>, InputError>>,
}

impl Iterator for ReadAhead {
    type Item = Result<Arc<Dataset>, InputError>;

    /// The next chunk; after an error there is none.
    fn next(&mut self) -> Option<Self::Item> {
        self.receiver.recv().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::data::made_up::{data, row};

    #[test]
    fn memory_is_one_chunk_counted_as_it_is() {
        let rows = |count: u32| (0..count).map(|song| row(song, 0)).collect();
        let source = Source::memory(data(vec![(0, rows(3)), (1, rows(2)), (2, rows(2))]));
        assert_eq!(source.chunks().len(), 1);
        assert_eq!(source.count(), Count { listeners: 3, plays: 4, windows: 2 });
    }

    #[test]
    fn chunks_come_in_the_order_asked_for_and_then_no_more() {
        let source = Source::memory(data(vec![(0, vec![row(7, 0)])]));
        let songs: Vec<u32> = source
            .read_ahead(vec![0, 0, 0])
            .map(|read| read.unwrap().listeners[0].rows[0].song)
            .collect();
        assert_eq!(songs, [7, 7, 7]);
        // Whoever stops reading leaves no thread waiting for ever.
        let mut ahead = source.read_ahead(vec![0; 100]);
        assert!(ahead.next().is_some());
        drop(ahead);
    }
}
