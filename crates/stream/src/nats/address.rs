//! Where a stream is: `nats://HOST[:PORT][/STREAM[/TENANT]]`.
//!
//! Who may go there is said as NATS says it: in the address (`nats://USER:PASSWORD@HOST`), in the environment of its own
//! tools (`NATS_CREDS`, `NATS_NKEY`, `NATS_USER`, `NATS_PASSWORD`, `NATS_TOKEN`, `NATS_CA`, `NATS_CERT`, `NATS_KEY`), or in a
//! context of theirs, which `NATS_CONTEXT` names. None of it is ever shown or written.

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use async_nats::ConnectOptions;
use serde::Deserialize;

/// The stream, where the address names none.
const STREAM: &str = "MELODY";
/// The tenant, where the address names none.
const TENANT: &str = "all";

/// The address of a stream on a server.
#[derive(Clone, PartialEq, Eq)]
pub struct Address {
    /// The server's part, which may hold a password.
    server: String,
    /// The name of the stream; other streams of the same work begin with it.
    pub stream: String,
    /// Whose listeners they are: a subject of the stream for each.
    pub tenant: String,
}

impl FromStr for Address {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let help = "an address is nats://HOST[:PORT][/STREAM[/TENANT]], or tls://...";
        let (scheme, rest) = text.split_once("://").ok_or(help)?;
        if !["nats", "tls"].contains(&scheme) {
            return Err(format!("`{scheme}` is no scheme of NATS: {help}"));
        }
        let mut parts = rest.trim_end_matches('/').split('/');
        let host = parts.next().unwrap_or_default();
        let mut named = |default: &str| match parts.next() {
            None => Ok(default.into()),
            Some(name) if plain(name) => Ok(name.into()),
            // With somebody's name in front, what looks like a stream may be part of a password.
            Some(_) if rest.contains('@') => Err(help.into()),
            Some(name) => Err(format!("`{name}` is no name: letters, digits, - and _ make one")),
        };
        let (stream, tenant) = (named(STREAM)?, named(TENANT)?);
        if parts.next().is_some() || host.is_empty() {
            return Err(help.into());
        }
        let server = format!("{scheme}://{host}");
        // What is told of a bad address must not hold a password.
        let known = server.parse::<async_nats::ServerAddr>();
        known.map_err(|_| format!("the server of this address cannot be made out: {help}"))?;
        Ok(Address { server, stream, tenant })
    }
}

/// Whether NATS takes a name in a subject and as the name of a stream.
fn plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
}

/// The address without who may go there.
impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let (scheme, host) = self.server.split_once("://").unwrap_or_default();
        let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
        write!(f, "{scheme}://{host}/{}", self.stream)?;
        if self.tenant == TENANT { Ok(()) } else { write!(f, "/{}", self.tenant) }
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Address {
    /// The subject that this tenant's feedback is published to.
    pub fn feedback(&self) -> String {
        format!("{}.feedback.{}", self.stream, self.tenant)
    }

    /// The subjects of every tenant's feedback.
    pub fn all_feedback(&self) -> String {
        format!("{}.feedback.>", self.stream)
    }

    /// Server and options to connect with.
    ///
    /// # Errors
    /// When a file that the environment or the context names cannot be read.
    pub(super) async fn options(&self) -> Result<(String, ConnectOptions), String> {
        let (server, said) = apart(&self.server);
        let said = said.over(Context::chosen()?).over(Context::environment());
        let options = said.options().await?;
        Ok((server, options))
    }
}

/// A server's address, and who may go there by what it says itself: a user with a password, or a token.
fn apart(server: &str) -> (String, Context) {
    let (scheme, rest) = server.split_once("://").unwrap_or(("nats", server));
    let Some((who, host)) = rest.rsplit_once('@') else {
        return (server.into(), Context::default());
    };
    let said = match who.split_once(':') {
        Some((user, password)) => Context {
            user: Some(user.into()),
            password: Some(password.into()),
            ..Context::default()
        },
        None => Context { token: Some(who.into()), ..Context::default() },
    };
    (format!("{scheme}://{host}"), said.without_empty())
}

/// A context of NATS's own tools, as far as it says how to connect.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Context {
    creds: Option<String>,
    nkey: Option<String>,
    user: Option<String>,
    password: Option<String>,
    token: Option<String>,
    ca: Option<String>,
    cert: Option<String>,
    key: Option<String>,
}

impl Context {
    /// The context that `NATS_CONTEXT` names; an empty one where it names none.
    fn chosen() -> Result<Self, String> {
        match std::env::var("NATS_CONTEXT") {
            Ok(name) => Self::read(&folder(), &name),
            Err(_) => Ok(Context::default()),
        }
    }

    fn read(folder: &Path, name: &str) -> Result<Self, String> {
        let path = folder.join(format!("{name}.json"));
        let fail = |error: String| format!("{}: NATS_CONTEXT names it: {error}", path.display());
        let text = std::fs::read_to_string(&path).map_err(|e| fail(e.to_string()))?;
        let read: Self = serde_json::from_str(&text).map_err(|e| fail(e.to_string()))?;
        Ok(read.without_empty())
    }

    fn environment() -> Self {
        let read = |name: &str| std::env::var(name).ok();
        Context {
            creds: read("NATS_CREDS"),
            nkey: read("NATS_NKEY"),
            user: read("NATS_USER"),
            password: read("NATS_PASSWORD"),
            token: read("NATS_TOKEN"),
            ca: read("NATS_CA"),
            cert: read("NATS_CERT"),
            key: read("NATS_KEY"),
        }
        .without_empty()
    }

    fn fields(&mut self) -> [&mut Option<String>; 8] {
        let Context { creds, nkey, user, password, token, ca, cert, key } = self;
        [creds, nkey, user, password, token, ca, cert, key]
    }

    /// NATS's tools write what was not said as an empty text.
    fn without_empty(mut self) -> Self {
        self.fields().into_iter().for_each(|field| {
            field.take_if(|text| text.is_empty());
        });
        self
    }

    /// What this says, and of the rest what the other says.
    fn over(mut self, mut other: Self) -> Self {
        for (own, other) in self.fields().into_iter().zip(other.fields()) {
            *own = own.take().or(other.take());
        }
        self
    }

    async fn options(self) -> Result<ConnectOptions, String> {
        let mut options = ConnectOptions::new();
        if let Some(file) = &self.creds {
            let with = options.credentials_file(file).await;
            options = with.map_err(|e| format!("{file}: the credentials cannot be read: {e}"))?;
        } else if let Some(file) = &self.nkey {
            let seed = std::fs::read_to_string(file);
            let seed = seed.map_err(|e| format!("{file}: the nkey cannot be read: {e}"))?;
            options = options.nkey(seed.trim().into());
        } else if let Some(user) = self.user {
            options = options.user_and_password(user, self.password.unwrap_or_default());
        } else if let Some(token) = self.token {
            options = options.token(token);
        }
        if let Some(ca) = self.ca {
            options = options.add_root_certificates(ca.into()).require_tls(true);
        }
        if let (Some(cert), Some(key)) = (self.cert, self.key) {
            options = options.add_client_certificate(cert.into(), key.into()).require_tls(true);
        }
        Ok(options)
    }
}

/// Where NATS's tools keep contexts.
fn folder() -> PathBuf {
    let set = |name: &str| std::env::var_os(name).filter(|set| !set.is_empty());
    let config = set("XDG_CONFIG_HOME").map(PathBuf::from);
    let config = config.or_else(|| set("HOME").map(|home| Path::new(&home).join(".config")));
    config.unwrap_or_default().join("nats/context")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_names_stream_and_tenant_or_takes_the_usual_ones() {
        let short = address("nats://localhost");
        assert_eq!((short.stream.as_str(), short.tenant.as_str()), ("MELODY", "all"));
        let long = address("tls://somewhere:4333/EARS/north/");
        assert_eq!((long.stream.as_str(), long.tenant.as_str()), ("EARS", "north"));
        assert_eq!(long.to_string(), "tls://somewhere:4333/EARS/north");
        assert_eq!(long.feedback(), "EARS.feedback.north");
    }

    #[test]
    fn who_may_go_there_is_never_shown() {
        let secret = address("nats://me:hunter2@localhost:4222/EARS");
        assert_eq!(secret.to_string(), "nats://localhost:4222/EARS");
        assert_eq!(format!("{secret:?}"), "nats://localhost:4222/EARS");
        for wrong in ["nats://me:hunter2@local host/EARS", "nats://me:hun/ter2@localhost"] {
            let wrong = wrong.parse::<Address>();
            assert!(wrong.is_err_and(|told| !told.contains("ter2")));
        }
    }

    #[test]
    fn what_is_no_address_is_said_so() {
        for (text, told) in [
            ("localhost:4222", "an address is"),
            ("http://localhost", "`http` is no scheme"),
            ("nats://", "an address is"),
            ("nats://localhost/TWO WORDS", "`TWO WORDS` is no name"),
            ("nats://localhost/A/B/C", "an address is"),
            ("nats://localhost/A.B", "`A.B` is no name"),
        ] {
            assert!(text.parse::<Address>().is_err_and(|e| e.starts_with(told)), "{text}");
        }
    }

    #[test]
    fn an_address_may_say_who_goes_there() {
        let (server, said) = apart("tls://me:hunter2@here:4222");
        assert_eq!(server, "tls://here:4222");
        assert_eq!((said.user.as_deref(), said.password.as_deref()), (Some("me"), Some("hunter2")));
        let (_, said) = apart("nats://a-token@here");
        assert_eq!((said.user, said.token.as_deref()), (None, Some("a-token")));
        assert_eq!(apart("nats://here").0, "nats://here");
    }

    #[test]
    fn a_context_goes_before_the_environment_and_empty_texts_say_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let text = r#"{"description": "", "url": "nats://there:4222", "user": "", "token": "t"}"#;
        std::fs::write(folder.path().join("there.json"), text).unwrap();
        let read = Context::read(folder.path(), "there").unwrap();
        let environment = || Context {
            user: Some("me".into()),
            token: Some("other".into()),
            ..Context::default()
        };
        let both = read.over(environment());
        assert_eq!((both.user.as_deref(), both.token.as_deref()), (Some("me"), Some("t")));
        let none = Context::read(folder.path(), "nowhere").unwrap_err();
        assert!(none.contains("nowhere.json: NATS_CONTEXT names it"), "{none}");
    }
}
