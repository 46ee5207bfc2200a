//! A shard's result as it lies in the stream: a line that says what it is, and what came of it behind the line.

use serde::{Deserialize, Serialize};

use super::hash::sha256;

/// What a result says of itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    /// The version of this form; only 1 is known.
    pub format: u32,
    /// What the job is called.
    pub job: String,
    /// The shard's number in it.
    pub shard: u64,
    /// What came of it.
    pub kind: Kind,
    /// SHA-256 of that, in hexadecimal.
    pub sha256: String,
    /// How many bytes it has.
    pub bytes: u64,
    /// Whether it follows behind this line; else it lies among the files, under its hash.
    pub here: bool,
    /// Who did it.
    pub worker: String,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// What came of a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Kind {
    /// Outcomes, as bytes.
    Outcomes,
    /// The engine refused what a listener did: why, in words. Any worker would find the same.
    Refusal,
}

impl Head {
    /// Whether another result of the same shard says that the same came of it.
    pub(super) fn agrees(&self, other: &Head) -> bool {
        (self.kind, &self.sha256, self.bytes) == (other.kind, &other.sha256, other.bytes)
    }

    /// Whether these are the bytes it tells of.
    pub(super) fn is(&self, body: &[u8]) -> bool {
        self.bytes == body.len() as u64 && self.sha256 == sha256(body)
    }
}

/// A message of a result.
pub(super) fn write(head: &Head, body: &[u8]) -> Vec<u8> {
    let mut message = serde_json::to_vec(head).expect("a head holds texts and finite numbers");
    message.push(b'\n');
    if head.here {
        message.extend_from_slice(body);
    }
    message
}

/// A result of this shard as it was written, with its body where that is in the message.
///
/// # Errors
/// When the message is no result, one of another shard, or its body is not what it says.
pub(super) fn read<'a>(
    message: &'a [u8],
    (job, shard): (&str, u64),
) -> Result<(Head, Option<&'a [u8]>), String> {
    let end = message.iter().position(|byte| *byte == b'\n').ok_or("it has no first line")?;
    let head: Head = serde_json::from_slice(&message[..end]).map_err(|e| e.to_string())?;
    if head.format != 1 {
        return Err(format!("it is of format {}, of which only 1 is known", head.format));
    }
    if head.job != job || head.shard != shard {
        return Err("it is another shard's".into());
    }
    if !head.here {
        return Ok((head, None));
    }
    let body = &message[end + 1..];
    if !head.is(body) {
        return Err("its bytes are not those that it was written with".into());
    }
    Ok((head, Some(body)))
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(crate) fn head(job: &str, shard: u64, body: &[u8]) -> Head {
        Head {
            format: 1,
            job: job.into(),
            shard,
            kind: Kind::Outcomes,
            sha256: sha256(body),
            bytes: body.len() as u64,
            here: true,
            worker: "one".into(),
            seconds: 1.5,
        }
    }

    #[test]
    fn a_result_is_read_as_it_was_written() {
        // A body may hold what ends a line.
        let body = b"\n\x00outcomes\n";
        let written = head("job", 3, body);
        let message = write(&written, body);
        assert_eq!(read(&message, ("job", 3)), Ok((written.clone(), Some(&body[..]))));
        let elsewhere = Head { here: false, ..written };
        assert_eq!(read(&write(&elsewhere, body), ("job", 3)), Ok((elsewhere, None)));
    }

    #[test]
    fn what_is_damaged_or_another_s_is_told() {
        let body = b"outcomes";
        let message = write(&head("job", 3, body), body);
        let told = |message: &[u8], of| read(message, of).unwrap_err();
        assert_eq!(
            told(&message[..message.len() - 1], ("job", 3)),
            "its bytes are not those that it was written with"
        );
        assert_eq!(told(&message, ("job", 4)), "it is another shard's");
        assert_eq!(told(&message, ("other", 3)), "it is another shard's");
        assert_eq!(told(b"{}", ("job", 3)), "it has no first line");
        assert!(told(b"{}\n", ("job", 3)).contains("missing field"));
        let later = Head { format: 2, ..head("job", 3, body) };
        assert!(told(&write(&later, body), ("job", 3)).contains("format 2"));
    }

    #[test]
    fn results_agree_whoever_made_them_and_however_long_it_took() {
        let one = head("job", 3, b"outcomes");
        let other = Head { worker: "other".into(), seconds: 9.0, here: false, ..one.clone() };
        assert!(one.agrees(&other));
        assert!(!one.agrees(&head("job", 3, b"outcomez")));
        assert!(!one.agrees(&Head { kind: Kind::Refusal, ..one.clone() }));
    }
}
