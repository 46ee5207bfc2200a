//! A server's store being filled with what a learner makes.

use std::path::Path;

use super::store::{Store, VersionsError};
use crate::nats::Address;

/// What is in a learner's folder, or was put into a store of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct There {
    /// The newest version; 0 where there is none.
    pub version: u64,
    /// How many are withdrawn.
    pub withdrawn: usize,
    /// How many policies there are.
    pub policies: usize,
}

/// The server's store of versions, as far as it was filled.
pub struct Filling {
    address: Address,
    store: Option<Store>,
    there: There,
}

impl Filling {
    /// Of a stream's store, of which nothing is known yet.
    pub fn new(address: Address) -> Self {
        Filling { address, store: None, there: There::default() }
    }

    /// Puts what a folder has and the store has not there: first what is withdrawn, then versions, then policies.
    ///
    /// # Errors
    /// When the server is away or something cannot be read. What is there by then stays; it can be tried again.
    pub fn up_to(&mut self, folder: &Path, has: There) -> Result<(), VersionsError> {
        if self.there == has {
            return Ok(());
        }
        let store = match self.store.take() {
            Some(store) => store,
            None => {
                let store = Store::open(&self.address)?;
                // The newest that is there may be of a learner before this one; it is put again if it is another.
                let there =
                    store.versions()?.into_iter().filter(|there| *there <= has.version).max();
                self.there.version = there.unwrap_or(0).saturating_sub(1).max(self.there.version);
                store
            }
        };
        if has.withdrawn != self.there.withdrawn {
            store.put_withdrawn(folder)?;
            self.there.withdrawn = has.withdrawn;
        }
        for version in self.there.version + 1..=has.version {
            store.put(folder, version)?;
            self.there.version = version;
        }
        if has.policies != self.there.policies {
            store.put_policies(folder)?;
            self.there.policies = has.policies;
        }
        self.store = Some(store);
        Ok(())
    }
}
