//! The manifest in Redis, for servers that share no file system with the machine that collects.
//!
//! It is one hash, so that no part of it can be evicted without the rest: the field `manifest` holds
//! the bytes that a file would, `revision` the digest of them. `DEL` and `HSET` in one transaction
//! replace it; a time to live that somebody gave the old one does not outlast it.

use std::fmt::{self, Display};
use std::io;
use std::time::Duration;

use redis::{Client, Connection, ConnectionAddr, ConnectionInfo, ErrorKind, IntoConnectionInfo, RedisError};
use sha2::{Digest, Sha256};

use super::{Manifest, ManifestStore, integrity};
use crate::error::{Error, Result};

/// How long reaching the server may take, and how long each answer of it.
const PATIENCE: Duration = Duration::from_secs(3);

/// A [`ManifestStore`] in Redis, or in what speaks its protocol, such as Valkey.
///
/// Each call makes a connection of its own, and gives up after a few seconds without an answer.
/// Serving and URLs make no calls: a manifest that was loaded is used until
/// [`reload`](crate::StaticFiles::reload) has a newer one, whatever becomes of the server.
///
/// ```no_run
/// use staticfiles::manifest::RedisManifestStore;
/// use staticfiles::{Settings, StaticFiles};
///
/// # fn main() -> staticfiles::Result<()> {
/// let manifests = RedisManifestStore::new("redis://127.0.0.1:6379/0", "shop.json")?;
/// let static_files = StaticFiles::builder(Settings::new().static_root("static")).manifests(manifests).build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct RedisManifestStore {
    client: Client,
    key: String,
}

impl RedisManifestStore {
    /// The manifest under the key `staticfiles:` and `name`, on the server of the URL. Sites that
    /// share a database need different names.
    ///
    /// The URL is `redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE]` or `redis+unix:///SOCKET`, the
    /// latter with `db`, `user` and `pass` as parameters; `rediss://` only where the crate `redis`
    /// is built with TLS. The server is not asked yet.
    ///
    /// # Errors
    ///
    /// [`Error::Settings`] when the URL is wrong. It does not repeat the URL, which may hold a
    /// password.
    pub fn new(url: &str, name: impl Display) -> Result<Self> {
        let info = connection_info(url).map_err(|problem| Error::Settings(format!("the Redis URL: {problem}")))?;
        let settings = info.redis_settings().clone().set_skip_set_lib_name();
        let client = Client::open(info.set_redis_settings(settings));
        let client = client.map_err(|error| Error::Settings(format!("the Redis URL: {}", reason(&error))))?;
        Ok(Self { client, key: format!("staticfiles:{name}") })
    }

    /// Asks the server on a new connection; `action` is what an error says was tried.
    fn ask<T>(
        &self,
        action: &'static str,
        question: impl FnOnce(&mut Connection) -> Result<T, RedisError>,
    ) -> Result<T> {
        let connect = || {
            let connection = self.client.get_connection_with_timeout(PATIENCE)?;
            connection.set_read_timeout(Some(PATIENCE))?;
            connection.set_write_timeout(Some(PATIENCE))?;
            Ok(connection)
        };
        let answer = connect().and_then(|mut connection| question(&mut connection));
        answer.map_err(|error| {
            // In a transaction it has no code of its own.
            if error.to_string().contains("WRONGTYPE") {
                return self.unusable("its key holds something else");
            }
            Error::Io { action, subject: self.location(), source: plainly(&error) }
        })
    }

    fn unusable(&self, problem: impl Into<String>) -> Error {
        Error::Manifest { location: self.location(), problem: problem.into() }
    }
}

impl ManifestStore for RedisManifestStore {
    fn load(&self) -> Result<Option<Manifest>> {
        Ok(self.load_with_revision()?.map(|(manifest, _)| manifest))
    }

    fn load_with_revision(&self) -> Result<Option<(Manifest, String)>> {
        let get = redis::cmd("HMGET").arg(&self.key).arg("manifest").arg("revision").take();
        let (bytes, revision): (Option<Vec<u8>>, Option<Vec<u8>>) =
            self.ask("read", |connection| get.query(connection))?;
        let Some(bytes) = bytes else { return Ok(None) };
        let digest = integrity(&Sha256::digest(&bytes));
        if revision.as_deref() != Some(digest.as_bytes()) {
            return Err(self.unusable("it is not as it was saved"));
        }
        let manifest = Manifest::from_json(&bytes).map_err(|problem| self.unusable(problem))?;
        Ok(Some((manifest, revision_of(&digest, bytes.len() as u64))))
    }

    fn save(&self, manifest: &Manifest) -> Result<()> {
        let bytes = manifest.to_json();
        let revision = integrity(&Sha256::digest(&bytes));
        let mut replace = redis::pipe();
        replace.atomic().del(&self.key).ignore();
        replace.hset_multiple(&self.key, &[("revision", revision.as_bytes()), ("manifest", &bytes)]).ignore();
        self.ask("write", |connection| replace.query(connection))
    }

    /// The digest that was saved with the manifest, and the length of what is there now: a manifest
    /// that was cut or replaced by hand has another revision.
    fn revision(&self) -> Result<Option<String>> {
        let mut get = redis::pipe();
        get.atomic().hget(&self.key, "revision");
        get.cmd("HSTRLEN").arg(&self.key).arg("manifest");
        let (revision, length): (Option<Vec<u8>>, u64) = self.ask("read", |connection| get.query(connection))?;
        Ok((length > 0).then(|| revision_of(&String::from_utf8_lossy(&revision.unwrap_or_default()), length)))
    }

    fn location(&self) -> String {
        let info = self.client.get_connection_info();
        let database = info.redis_settings().db();
        let key = &self.key;
        match info.addr() {
            ConnectionAddr::Tcp(host, port) | ConnectionAddr::TcpTls { host, port, .. } if host.contains(':') => {
                format!("{key} in redis://[{host}]:{port}/{database}")
            }
            ConnectionAddr::Unix(path) => format!("{key} in redis+unix://{}?db={database}", path.display()),
            address => format!("{key} in redis://{address}/{database}"),
        }
    }
}

impl fmt::Debug for RedisManifestStore {
    /// The client would show its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisManifestStore").field(&self.location()).finish()
    }
}

/// The revision of a manifest by the digest that was saved with it and its length in bytes.
fn revision_of(digest: &str, length: u64) -> String {
    format!("{digest} {length}")
}

/// What the URL says, or what is wrong with it. Nothing of the URL is repeated: a password with a
/// `/`, `?` or `#` in it may have become any part of it.
fn connection_info(url: &str) -> Result<ConnectionInfo, String> {
    let form = "it has to be redis://[USER:PASSWORD@]HOST[:PORT][/DATABASE] or redis+unix:///SOCKET, \
                special characters in a password percent-encoded";
    let parsed = redis::parse_redis_url(url).ok_or(form)?;
    let parameters: &[&str] =
        if parsed.scheme().ends_with("unix") { &["db", "user", "pass", "protocol"] } else { &["protocol"] };
    if parsed.query_pairs().any(|(name, _)| !parameters.contains(&&*name)) {
        return Err(format!("it has an unknown parameter; known are {}", parameters.join(", ")));
    }
    let needs_tls = matches!(parsed.scheme(), "rediss" | "valkeys");
    match parsed.into_connection_info() {
        Ok(info) => Ok(info),
        Err(_) if needs_tls && !has_tls() => {
            Err("it asks for TLS, which is not built in; use a tunnel, or build the crate `redis` with a TLS feature"
                .to_owned())
        }
        Err(error) => Err(format!("{}; {form}", reason(&error))),
    }
}

/// Whether the crate `redis` was built with TLS.
fn has_tls() -> bool {
    ConnectionAddr::TcpTls { host: String::new(), port: 0, insecure: false, tls_params: None }.is_supported()
}

/// What is wrong with a URL, without the kind of error that is put behind it.
fn reason(error: &RedisError) -> String {
    let text = error.to_string();
    text.split(" - ").next().unwrap_or_default().to_lowercase()
}

/// What went wrong between us and the server, in words.
fn plainly(error: &RedisError) -> io::Error {
    let refused = |text| io::Error::new(io::ErrorKind::PermissionDenied, text);
    match (error.kind(), error.code(), error.detail()) {
        _ if error.is_timeout() => {
            io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} seconds", PATIENCE.as_secs()))
        }
        (ErrorKind::AuthenticationFailed, ..) => {
            refused("the server refuses the user or the password; look at the URL in the settings")
        }
        (_, Some("NOAUTH"), _) => refused("the server asks for a password; put it into the URL in the settings"),
        (_, Some(code), Some(detail)) => io::Error::other(format!("{code} {}", detail.trim_end_matches('.'))),
        // As a text: as an error it would also be its own cause and be said twice.
        _ => io::Error::other(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_named_without_the_password() {
        for (url, place) in [
            ("redis://localhost", "redis://localhost:6379/0"),
            ("redis://me:s3cret@10.0.0.1:7000/5", "redis://10.0.0.1:7000/5"),
            ("redis://:s3cret@[::1]/", "redis://[::1]:6379/0"),
            ("redis+unix:///run/r.sock?db=2&user=me&pass=s3cret", "redis+unix:///run/r.sock?db=2"),
            ("valkey://:s3cret@h", "redis://h:6379/0"),
        ] {
            let store = RedisManifestStore::new(url, "m.json").expect(url);
            assert_eq!(store.location(), format!("staticfiles:m.json in {place}"), "{url}");
            assert!(!format!("{store:?}").contains("s3cret"), "{store:?}");
        }
    }

    #[test]
    fn a_wrong_url_is_refused_and_not_repeated() {
        for (url, problem) in [
            ("http://s3cret@h", "it has to be redis://"),
            ("redis://", "missing hostname; it has to be"),
            ("redis://:s3/cret@h", "it has to be redis://"),
            ("redis://me:99?s3cret@h", "it has an unknown parameter; known are protocol"),
            ("redis://h/s3cret", "invalid database number; it has to be"),
            ("redis://h?prefix=s3cret", "it has an unknown parameter; known are protocol"),
            ("redis+unix:///run/r.sock?password=s3cret", "it has an unknown parameter; known are db, user, pass"),
        ] {
            let error = RedisManifestStore::new(url, "m.json").expect_err(url).to_string();
            assert!(error.starts_with(&format!("the Redis URL: {problem}")), "{url}: {error}");
            assert!(!error.contains("cret"), "{url}: {error}");
        }
        let error = RedisManifestStore::new("rediss://h", "m.json").expect_err("no TLS").to_string();
        assert!(error.contains("TLS"), "{error}");
    }
}
