//! A server's store being filled with what a learner makes.

use std::path::Path;

use super::store::{Store, VersionsError};
use crate::nats::Address;

/// The server's store of versions, as far as it was filled.
pub struct Filling {
    address: Address,
    store: Option<Store>,
    /// The newest version that is there.
    version: u64,
    /// How many were withdrawn when that was last put there.
    withdrawn: usize,
}

impl Filling {
    /// Of a stream's store, of which nothing is known yet.
    pub fn new(address: Address) -> Self {
        Filling { address, store: None, version: 0, withdrawn: 0 }
    }

    /// Puts which versions are withdrawn there, if their number has changed, and the versions of a folder up to this one that
    /// are not there.
    ///
    /// # Errors
    /// When the server is away or a version cannot be read. What is there by then stays; it can be tried again.
    pub fn up_to(
        &mut self,
        folder: &Path,
        version: u64,
        withdrawn: usize,
    ) -> Result<(), VersionsError> {
        if self.version >= version && self.withdrawn == withdrawn {
            return Ok(());
        }
        let store = match self.store.take() {
            Some(store) => store,
            None => {
                let store = Store::open(&self.address)?;
                // The newest that is there may be of a learner before this one; it is put again if it is another.
                let there = store.versions()?.into_iter().filter(|there| *there <= version).max();
                self.version = there.unwrap_or(0).saturating_sub(1).max(self.version);
                store
            }
        };
        if withdrawn != self.withdrawn {
            store.put_withdrawn(folder)?;
            self.withdrawn = withdrawn;
        }
        for version in self.version + 1..=version {
            store.put(folder, version)?;
            self.version = version;
        }
        self.store = Some(store);
        Ok(())
    }
}
