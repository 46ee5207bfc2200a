//! The server's object store: an object for each version, and one that says which are withdrawn.

use std::path::Path;

use async_nats::jetstream::object_store::{Config, GetErrorKind, ObjectMetadata, ObjectStore};
use futures_util::StreamExt;
use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use super::packed::{pack, unpack};
use super::place::version_folder;
use crate::nats::{Address, Link, Unreachable};
use melody_core::output::{make_folder, write_whole};
use melody_sessions::versions::{
    Published, WITHDRAWN, list_of, policy_file, policy_file_name, version_name,
};

/// The object that says which policies there are.
const POLICIES: &str = "policies.json";

/// Why versions do not get through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VersionsError {
    /// The server is away or refuses.
    #[error(transparent)]
    Server(#[from] Unreachable),
    /// A version cannot be read or written here.
    #[error("{0}")]
    Here(String),
}

/// What was brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fetched {
    /// The numbers of the versions that came.
    pub came: Vec<u64>,
    /// How many policies came.
    pub policies: usize,
    /// What is no version, and why.
    pub passed_over: Vec<String>,
}

/// The store of a stream's versions: the bucket `STREAM-versions`.
pub struct Store {
    link: Link,
    store: ObjectStore,
}

impl Store {
    /// Opens it, made if it is not there.
    ///
    /// # Errors
    /// When the server is away or refuses.
    pub fn open(address: &Address) -> Result<Self, Unreachable> {
        let link = Link::open(address)?;
        let bucket = format!("{}-versions", address.stream);
        let config = Config {
            bucket: bucket.clone(),
            description: Some("Melody: versions of the model".into()),
            ..Config::default()
        };
        let store = link.wait(async {
            match link.context.get_object_store(&bucket).await {
                Ok(store) => Ok(store),
                Err(_) => link.context.create_object_store(config).await,
            }
        });
        let store = store.map_err(|e| away(address, &e.to_string()))?;
        Ok(Store { link, store })
    }

    /// Puts a version of a learner's folder there, unless the very same is there already.
    ///
    /// # Errors
    /// When it cannot be read here, or the server does not take it.
    pub fn put(&self, folder: &Path, version: u64) -> Result<(), VersionsError> {
        let place = version_folder(folder, version);
        let packed = pack(&place).map_err(VersionsError::Here)?;
        self.put_bytes(&version_name(version), &packed)
    }

    /// Puts there which versions are withdrawn, if any are.
    ///
    /// # Errors
    /// As for a version.
    pub fn put_withdrawn(&self, folder: &Path) -> Result<(), VersionsError> {
        match std::fs::read(folder.join(WITHDRAWN)) {
            Ok(bytes) => self.put_bytes(WITHDRAWN, &bytes),
            Err(_) => Ok(()),
        }
    }

    /// Puts the policies of a learner's folder there, and then which there are.
    ///
    /// # Errors
    /// As for a version.
    pub fn put_policies(&self, folder: &Path) -> Result<(), VersionsError> {
        let here = |e: String| VersionsError::Here(e);
        let list = list_of(folder);
        let Some(published) = Published::read(folder).map_err(|e| here(e.to_string()))? else {
            return Ok(());
        };
        let bytes =
            |path: &Path| std::fs::read(path).map_err(|e| here(format!("{}: {e}", path.display())));
        for policy in &published.policies {
            let number = policy.number;
            self.put_bytes(&policy_file_name(number), &bytes(&policy_file(folder, number))?)?;
        }
        self.put_bytes(POLICIES, &bytes(&list)?)
    }

    fn put_bytes(&self, name: &str, mut bytes: &[u8]) -> Result<(), VersionsError> {
        let hash: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
        let there = self.link.wait(self.store.info(name)).ok().and_then(|info| info.description);
        if there.as_ref() == Some(&hash) {
            return Ok(());
        }
        let about = ObjectMetadata {
            name: name.into(),
            description: Some(hash),
            ..ObjectMetadata::default()
        };
        let put = self.link.wait(self.store.put(about, &mut bytes));
        put.map(|_| ()).map_err(|e| away(&self.link.address, &e.to_string()).into())
    }

    /// Brings which versions are withdrawn to a folder, then policies, then the versions that are not in it.
    ///
    /// # Errors
    /// When the server is away, or the disk refuses.
    pub fn fetch(&self, folder: &Path) -> Result<Fetched, VersionsError> {
        let mut fetched = Fetched::default();
        if let Some(withdrawn) = self.get(WITHDRAWN)? {
            let place = folder.join(WITHDRAWN);
            if std::fs::read(&place).ok().as_ref() != Some(&withdrawn) {
                write_whole(&place, &withdrawn).map_err(VersionsError::Here)?;
            }
        }
        fetched.policies = self.fetch_policies(folder)?;
        for version in self.versions()? {
            let place = version_folder(folder, version);
            if place.exists() {
                continue;
            }
            let Some(packed) = self.get(&version_name(version))? else { continue };
            match unpack(&packed, folder, version) {
                Ok(()) => fetched.came.push(version),
                Err(why) => fetched.passed_over.push(format!("{}: {why}", version_name(version))),
            }
        }
        Ok(fetched)
    }

    /// Brings policies, and then which there are; how many came.
    fn fetch_policies(&self, folder: &Path) -> Result<usize, VersionsError> {
        let here = |e: String| VersionsError::Here(e);
        let list = list_of(folder);
        let Some(bytes) = self.get(POLICIES)? else { return Ok(0) };
        if std::fs::read(&list).ok().as_ref() == Some(&bytes) {
            return Ok(0);
        }
        let name = format!("{}: {POLICIES}", self.link.address);
        let published = Published::parse(&name, &bytes).map_err(|e| here(e.to_string()))?;
        if let Some(inside) = list.parent() {
            let made = make_folder(inside);
            made.map_err(|e| here(format!("{}: {e}", inside.display())))?;
        }
        let mut came = 0;
        for policy in &published.policies {
            let place = policy_file(folder, policy.number);
            let Some(text) = self.get(&policy_file_name(policy.number))? else { continue };
            if std::fs::read(&place).ok().as_ref() != Some(&text) {
                write_whole(&place, &text).map_err(here)?;
                came += 1;
            }
        }
        write_whole(&list, &bytes).map_err(here)?;
        Ok(came)
    }

    /// The numbers of the versions there, in order.
    ///
    /// # Errors
    /// When the server is away.
    pub fn versions(&self) -> Result<Vec<u64>, Unreachable> {
        let address = &self.link.address;
        let names: Result<Vec<String>, String> = self.link.wait(async {
            let mut list = self.store.list().await.map_err(|e| e.to_string())?;
            let mut names = Vec::new();
            while let Some(info) = list.next().await {
                names.push(info.map_err(|e| e.to_string())?.name);
            }
            Ok(names)
        });
        let names = names.map_err(|why| away(address, &why))?;
        let number = |text: &String| text.strip_prefix('v')?.parse().ok();
        let mut versions: Vec<u64> = names.iter().filter_map(number).collect();
        versions.sort_unstable();
        Ok(versions)
    }

    /// An object; `None` where there is none.
    fn get(&self, object: &str) -> Result<Option<Vec<u8>>, VersionsError> {
        let got = self.link.wait(async {
            let mut object = match self.store.get(object).await {
                Ok(object) => object,
                Err(error) if error.kind() == GetErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(error.to_string()),
            };
            let mut bytes = Vec::new();
            let read = object.read_to_end(&mut bytes).await;
            read.map(|_| Some(bytes)).map_err(|e| e.to_string())
        });
        got.map_err(|why| away(&self.link.address, &why).into())
    }
}

fn away(address: &Address, why: &str) -> Unreachable {
    Unreachable::Away(format!("{address}: versions: {why}"))
}
