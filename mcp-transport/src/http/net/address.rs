//! Addresses that a server listens on.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, SocketAddrV4, SocketAddrV6};

use tokio::net::TcpListener;

use crate::error::Error;

/// An address that a server can [listen](crate::http::Http::bind) on. It cannot be implemented outside of this crate.
///
/// | value | address |
/// |---|---|
/// | `"127.0.0.1:8080"`, `"[::1]:8080"` | this address |
/// | `"localhost:8080"` | a host name, whose IPv4 addresses are tried before the others |
/// | `":8080"` | every IPv4 address of the machine, as `"0.0.0.0:8080"` |
/// | `("localhost", 8080)`, `(Ipv4Addr::LOCALHOST, 8080)` | a host and a port |
/// | a `SocketAddr`, or a slice of them | the first one that is available |
///
/// A text without a port, or with nothing but a port, is an error.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), mcpwright_transport::Error> {
/// use mcpwright_server::Server;
///
/// let http = || mcpwright_transport::http(Server::builder("clock", "1.0.0"));
/// // Port 0: the operating system chooses one.
/// let listening = http().listen("localhost:0").await?;
/// assert!(listening.local_addr().ip().is_loopback());
/// let error = http().listen("8080").await.unwrap_err();
/// assert!(error.to_string().contains("127.0.0.1:8080"));
/// # Ok(())
/// # }
/// ```
pub trait ListenAddress: ToTarget {}

/// Private part of [`ListenAddress`].
pub trait ToTarget {
    /// Returns the address as it was given.
    fn to_target(&self) -> Target;
}

/// An address as it was given.
#[derive(Debug)]
pub enum Target {
    /// A host and a port in one text.
    Text(String),
    /// A host and a port.
    HostAndPort(String, u16),
    /// Addresses, of which the first available one is used.
    Addresses(Vec<SocketAddr>),
}

impl<T: ListenAddress + ?Sized> ListenAddress for &T {}
impl ListenAddress for str {}
impl ListenAddress for String {}
impl ListenAddress for (&str, u16) {}
impl ListenAddress for (String, u16) {}
impl ListenAddress for [SocketAddr] {}
impl<const N: usize> ListenAddress for [SocketAddr; N] {}
impl ListenAddress for Vec<SocketAddr> {}

impl<T: ToTarget + ?Sized> ToTarget for &T {
    fn to_target(&self) -> Target {
        (**self).to_target()
    }
}

impl ToTarget for str {
    fn to_target(&self) -> Target {
        Target::Text(self.trim().to_owned())
    }
}

impl ToTarget for String {
    fn to_target(&self) -> Target {
        self.as_str().to_target()
    }
}

impl ToTarget for (&str, u16) {
    fn to_target(&self) -> Target {
        Target::HostAndPort(self.0.to_owned(), self.1)
    }
}

impl ToTarget for (String, u16) {
    fn to_target(&self) -> Target {
        Target::HostAndPort(self.0.clone(), self.1)
    }
}

impl ToTarget for [SocketAddr] {
    fn to_target(&self) -> Target {
        Target::Addresses(self.to_vec())
    }
}

impl<const N: usize> ToTarget for [SocketAddr; N] {
    fn to_target(&self) -> Target {
        self.as_slice().to_target()
    }
}

impl ToTarget for Vec<SocketAddr> {
    fn to_target(&self) -> Target {
        self.as_slice().to_target()
    }
}

macro_rules! socket_addresses {
    ($($address:ty),*) => {$(
        impl ListenAddress for $address {}

        impl ToTarget for $address {
            fn to_target(&self) -> Target {
                Target::Addresses(vec![SocketAddr::from(*self)])
            }
        }
    )*};
}

socket_addresses!(SocketAddr, SocketAddrV4, SocketAddrV6, (IpAddr, u16), (Ipv4Addr, u16), (Ipv6Addr, u16));

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::HostAndPort(host, port) => write!(f, "{host}:{port}"),
            Self::Addresses(addresses) => {
                let addresses: Vec<_> = addresses.iter().map(SocketAddr::to_string).collect();
                f.write_str(&addresses.join(", "))
            }
        }
    }
}

/// Listens on the first available address of a target.
pub(crate) async fn listen(target: Target) -> Result<TcpListener, Error> {
    let failed = |source| Error::Listen { address: target.to_string(), source };
    let addresses = match &target {
        Target::Addresses(addresses) => addresses.clone(),
        Target::HostAndPort(host, port) => look_up(host, *port).await.map_err(failed)?,
        Target::Text(text) => match text.parse() {
            Ok(address) => vec![address],
            Err(_) => {
                let (host, port) = split(text).map_err(Error::Settings)?;
                look_up(host, port).await.map_err(failed)?
            }
        },
    };
    let mut error = io::Error::new(io::ErrorKind::NotFound, "the host has no address");
    for address in addresses {
        match TcpListener::bind(address).await {
            Ok(listener) => return Ok(listener),
            Err(source) => error = source,
        }
    }
    Err(failed(error))
}

/// Returns the addresses of a host, those of IPv4 first: clients that try only one of the addresses of `localhost` try that
/// one.
async fn look_up(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    if host.is_empty() {
        return Ok(vec![SocketAddr::from((Ipv4Addr::UNSPECIFIED, port))]);
    }
    let mut addresses: Vec<_> = tokio::net::lookup_host((host, port)).await?.collect();
    addresses.sort_by_key(SocketAddr::is_ipv6);
    Ok(addresses)
}

/// Splits a text that is not an IP address with a port into its host and its port.
fn split(text: &str) -> Result<(&str, u16), String> {
    let is_port = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if is_port(text) {
        return Err(format!(
            "`{text}` is not an address: write `127.0.0.1:{text}` for clients on this machine, or `:{text}` for all"
        ));
    }
    if let Some((_, rest)) = text.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        return Err(format!(
            "`{text}` is a URL: an address must be a host and a port, such as `{authority}`"
        ));
    }
    let Some((host, port)) = text.rsplit_once(':') else {
        return Err(format!("the address `{text}` must have a port: `{text}:8080`, for example"));
    };
    if host.contains(':') {
        return Err(format!(
            "`{text}` is not an address: an IPv6 address must be in brackets, as in `[::1]:8080`"
        ));
    }
    if host == "*" {
        return Err(format!("`{text}` is not an address: write `:{port}` for all addresses of the machine"));
    }
    let number = Some(port).filter(|port| is_port(port)).and_then(|port| port.parse().ok());
    let number = number.ok_or_else(|| format!("the port of `{text}` must be a number from 0 to 65535"))?;
    Ok((host, number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_split_into_host_and_port() {
        for (text, expected) in
            [(":8080", ("", 8080)), ("localhost:80", ("localhost", 80)), ("a.example:0", ("a.example", 0))]
        {
            assert_eq!(split(text), Ok(expected));
        }
    }

    #[test]
    fn other_texts_are_rejected_with_the_fix() {
        for (text, fix) in [
            ("8080", "`127.0.0.1:8080`"),
            ("localhost", "`localhost:8080`"),
            ("127.0.0.1", "`127.0.0.1:8080`"),
            ("http://localhost:8080/mcp", "`localhost:8080`"),
            ("::1:8080", "`[::1]:8080`"),
            ("::1", "`[::1]:8080`"),
            ("*:8080", "`:8080`"),
            ("localhost:http", "0 to 65535"),
            ("localhost:", "0 to 65535"),
            ("localhost:65536", "0 to 65535"),
            ("localhost:+80", "0 to 65535"),
            ("", "must have a port"),
        ] {
            let reason = split(text).unwrap_err();
            assert!(reason.contains(fix) && reason.contains(text), "{text}: {reason}");
        }
    }

    #[tokio::test]
    async fn localhost_is_the_address_that_every_client_tries() {
        for target in ["localhost:0".to_target(), ("localhost", 0).to_target()] {
            let listener = listen(target).await.expect("the port is free");
            assert_eq!(listener.local_addr().expect("it listens").ip(), Ipv4Addr::LOCALHOST);
        }
        let listener = listen(":0".to_target()).await.expect("the port is free");
        assert_eq!(listener.local_addr().expect("it listens").ip(), Ipv4Addr::UNSPECIFIED);
    }

    #[tokio::test]
    async fn an_address_in_use_is_named() {
        let used = listen("127.0.0.1:0".to_target()).await.expect("the port is free");
        let address = used.local_addr().expect("it listens");
        let texts =
            [address.to_target(), address.to_string().to_target(), ("127.0.0.1", address.port()).to_target()];
        for target in texts {
            let error = listen(target).await.expect_err("the port is in use").to_string();
            assert!(error.contains(&address.to_string()) && error.contains("in use"), "{error}");
        }
        let error = listen("no-such-host.invalid:80".to_target()).await.expect_err("there is no such host");
        assert!(error.to_string().contains("no-such-host.invalid:80"), "{error}");
    }
}
