//! The index of the search: made on a thread of its own before anybody searches where making it takes longer than a frame.

use std::sync::Arc;

use crate::command::search::Index;
use crate::desk::background::Pending;
use melody_core::catalogue::Catalogue;

/// The index of one catalogue, made or on its way.
pub(super) struct Indexing {
    catalogue: Arc<Catalogue>,
    coming: Option<Pending<Index>>,
    index: Option<Arc<Index>>,
}

impl Indexing {
    /// Begins where there is much to do; else waits to be asked.
    pub(super) fn of(catalogue: &Arc<Catalogue>) -> Self {
        let work = catalogue.clone();
        let coming = Index::takes_long(catalogue)
            .then(|| Pending::start("index", move || Index::new(&work)));
        Indexing { catalogue: catalogue.clone(), coming, index: None }
    }

    /// The index, once it is there.
    pub(super) fn index(&mut self) -> Arc<Index> {
        let (coming, catalogue) = (&mut self.coming, &self.catalogue);
        let made = || {
            let come = coming.take().and_then(|coming| coming.wait());
            Arc::new(come.unwrap_or_else(|| Index::new(catalogue)))
        };
        self.index.get_or_insert_with(made).clone()
    }
}
