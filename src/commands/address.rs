//! Where to listen: the forms that Django's `runserver` takes (behaviours 208 and 209).

use std::fmt;
use std::io;
use std::net::SocketAddr;

use tokio::net::{TcpListener, lookup_host};

use crate::error::{Error, Result};

/// A host to listen on and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    /// Without the brackets of an IPv6 address.
    host: String,
    port: u16,
    family: Family,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    /// A name is looked for among the IPv4 addresses first, as Django does.
    V4First,
    V6,
}

impl Address {
    /// `8000`, `127.0.0.1:8000`, `[::1]:8000`, `localhost:8000`; `0` as the host is every interface.
    /// Nothing given is port 8000 of this machine alone.
    pub(super) fn new(given: Option<&str>, ipv6: bool) -> Result<Self> {
        let given = given.unwrap_or("8000");
        let invalid = || Error::Settings(format!("\"{given}\" is not a valid port number or address:port pair."));
        let (host, port) = match given.rsplit_once(':') {
            Some((host, port)) => (host, port),
            None => (if ipv6 { "[::1]" } else { "127.0.0.1" }, given),
        };
        let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
        let port = port.parse().ok().filter(|_| is_number).ok_or_else(invalid)?;
        if let Some(host) = host.strip_prefix('[') {
            let host = host.strip_suffix(']').filter(|host| host.parse::<std::net::Ipv6Addr>().is_ok());
            return Ok(Self { host: host.ok_or_else(invalid)?.to_owned(), port, family: Family::V6 });
        }
        if !host.split('.').all(is_label) {
            return Err(invalid());
        }
        if ipv6 && host.parse::<std::net::Ipv4Addr>().is_ok() {
            return Err(Error::Settings(format!("\"{host}\" is not a valid IPv6 address.")));
        }
        let (every, family) = if ipv6 { ("::", Family::V6) } else { ("0.0.0.0", Family::V4First) };
        let host = if host == "0" { every } else { host };
        Ok(Self { host: host.to_owned(), port, family })
    }

    /// Listens there.
    pub(super) async fn listen(&self) -> Result<TcpListener> {
        let found = lookup_host((&*self.host, self.port)).await.map_err(|_| self.unknown())?;
        let mut addresses: Vec<SocketAddr> = found.collect();
        match self.family {
            Family::V4First => addresses.sort_by_key(SocketAddr::is_ipv6),
            Family::V6 => addresses.retain(SocketAddr::is_ipv6),
        }
        let first = *addresses.first().ok_or_else(|| self.unknown())?;
        TcpListener::bind(first).await.map_err(|error| self.plainly(error))
    }

    fn unknown(&self) -> Error {
        let kind = if self.family == Family::V6 { "IPv6 address" } else { "address" };
        Error::Settings(format!("{self}: no {kind} of that name is known"))
    }

    /// What the system says of a port, in plain words (Django behaviour 209).
    fn plainly(&self, error: io::Error) -> Error {
        let words = match error.kind() {
            io::ErrorKind::AddrInUse => "That port is already in use; stop the other program or name another port.",
            io::ErrorKind::PermissionDenied => {
                "You don't have permission to access that port; ports below 1024 need more rights."
            }
            io::ErrorKind::AddrNotAvailable => "That IP address can't be assigned to; it is none of this machine's.",
            _ => return Error::Io { action: "listen at", subject: self.to_string(), source: error },
        };
        Error::Settings(format!("{self}: {words}"))
    }
}

/// A part of a host name between dots.
fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_have_the_forms_of_django() {
        for (given, ipv6, expected) in [
            (None, false, "127.0.0.1:8000"),
            (None, true, "[::1]:8000"),
            (Some("8001"), false, "127.0.0.1:8001"),
            (Some("8001"), true, "[::1]:8001"),
            (Some("0:8000"), false, "0.0.0.0:8000"),
            (Some("0:8000"), true, "[::]:8000"),
            (Some("127.0.0.1:9"), false, "127.0.0.1:9"),
            (Some("[::1]:8000"), false, "[::1]:8000"),
            (Some("[2001:0db8::9]:8"), true, "[2001:0db8::9]:8"),
            (Some("localhost:8000"), false, "localhost:8000"),
            (Some("test-1.example.com:80"), true, "test-1.example.com:80"),
        ] {
            assert_eq!(Address::new(given, ipv6).expect("a valid one").to_string(), expected, "{given:?}");
        }
        for refused in [
            "",
            "x",
            "70000",
            "+80",
            "127.0.0.1:",
            ":8000",
            "::1:8000",
            "[x]:1",
            "[::1:8000",
            "a b:80",
            "a..b:1",
            "a_b:1",
        ] {
            let error = Address::new(Some(refused), false).expect_err(refused).to_string();
            assert_eq!(error, format!("\"{refused}\" is not a valid port number or address:port pair."));
        }
        let error = Address::new(Some("127.0.0.1:80"), true).expect_err("no IPv6").to_string();
        assert_eq!(error, "\"127.0.0.1\" is not a valid IPv6 address.");
    }
}
