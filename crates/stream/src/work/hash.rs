//! SHA-256, in hexadecimal.

use std::io::{self, Read};

use sha2::{Digest, Sha256};

/// Of bytes.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hexadecimal(Sha256::digest(bytes))
}

/// Of all that can be read.
pub(super) fn sha256_of(mut read: impl Read) -> io::Result<String> {
    let mut hash = Sha256::new();
    let mut block = vec![0; 1 << 16];
    loop {
        match read.read(&mut block)? {
            0 => return Ok(hexadecimal(hash.finalize())),
            some => hash.update(&block[..some]),
        }
    }
}

fn hexadecimal(digest: impl AsRef<[u8]>) -> String {
    digest.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}
