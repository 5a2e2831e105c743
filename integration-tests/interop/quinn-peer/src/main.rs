//! A client and a server over quinn that speak HTTP/0.9 on QUIC streams, as the QUIC interop runner does:
//! a request is `GET /path` and a line end, the answer is the bytes alone.
//!
//!     quinn-peer client --connect [::1]:4433 --ca ca.pem --alpn hq-interop [OPTIONS]
//!         --requests N     how many requests on the last connection, one after the other (1)
//!         --visits N       how many connections, one after the other, with one request on each before
//!                          the last (1)
//!         --early          send the first request of the last connection as 0-RTT
//!         --key-update     update the keys before every request but the first
//!         --rebind         take another port before every request but the first
//!     quinn-peer server --cert chain.pem --key key.pem --alpn hq-interop --content FILE [--retry] [--key-update]
//!
//! Says on standard output what has happened, one line each. A server ends with its standard input.

use std::collections::HashMap;
use std::error::Error;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use tokio::io::AsyncReadExt;

type Result<T> = std::result::Result<T, Box<dyn Error + Send + Sync>>;

/// Where the certificate of the server has to be for.
const SERVER_NAME: &str = "localhost";
const LONGEST_REQUEST: usize = 64 * 1024;
const LONGEST_ANSWER: usize = 1 << 30;

struct Options {
    values: HashMap<String, String>,
    flags: Vec<String>,
}

impl Options {
    const FLAGS: [&'static str; 4] = ["--early", "--key-update", "--rebind", "--retry"];

    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
        let mut options = Options { values: HashMap::new(), flags: Vec::new() };
        while let Some(name) = arguments.next() {
            if Options::FLAGS.contains(&name.as_str()) {
                options.flags.push(name);
            } else {
                let value = arguments.next().ok_or(format!("{} needs a value", name))?;
                options.values.insert(name, value);
            }
        }
        Ok(options)
    }

    fn text(&self, name: &str) -> Result<&str> {
        Ok(self.values.get(name).ok_or(format!("{} is missing", name))?)
    }

    fn count(&self, name: &str) -> Result<u32> {
        Ok(self.values.get(name).map_or(Ok(1), |value| value.parse())?)
    }

    fn has(&self, flag: &str) -> bool {
        self.flags.iter().any(|given| given == flag)
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let outcome = Options::parse(arguments).and_then(|options| match mode.as_str() {
        "client" => runtime.block_on(client(&options)),
        "server" => runtime.block_on(server(&options)),
        _ => Err("the first argument is client or server".into()),
    });
    if let Err(failure) = outcome {
        println!("failed {}", failure);
        std::process::exit(1);
    }
}

fn certificates(file: &str) -> Result<Vec<rustls::Certificate>> {
    let pem = std::fs::read(file)?;
    Ok(rustls_pemfile::certs(&mut &*pem)?.into_iter().map(rustls::Certificate).collect())
}

fn key(file: &str) -> Result<rustls::PrivateKey> {
    let pem = std::fs::read(file)?;
    let mut keys = rustls_pemfile::pkcs8_private_keys(&mut &*pem)?;
    Ok(rustls::PrivateKey(keys.pop().ok_or(format!("no key in {}", file))?))
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{:02x}", byte)).collect()
}

async fn client(options: &Options) -> Result<()> {
    let mut authorities = rustls::RootCertStore::empty();
    for authority in certificates(options.text("--ca")?)? {
        authorities.add(&authority)?;
    }
    let builder = rustls::ClientConfig::builder()
        .with_safe_defaults()
        .with_root_certificates(authorities);
    let mut tls = match options.values.get("--cert") {
        Some(chain) => builder.with_single_cert(certificates(chain)?, key(options.text("--key")?)?)?,
        None => builder.with_no_client_auth(),
    };
    tls.alpn_protocols = vec![options.text("--alpn")?.as_bytes().to_vec()];
    tls.enable_early_data = true;
    let config = quinn::ClientConfig::new(Arc::new(tls));
    let server: SocketAddr = options.text("--connect")?.parse()?;
    for _ in 1..options.count("--visits")? {
        let endpoint = new_endpoint(&config)?;
        let connection = endpoint.connect(server, SERVER_NAME)?.await?;
        println!("connected");
        ask(&connection).await?;
        connection.close(0u32.into(), b"");
        endpoint.wait_idle().await;
    }
    last_visit(options, &new_endpoint(&config)?, server).await
}

/// Every visit comes from a port of its own; tickets are kept with the configuration.
fn new_endpoint(config: &quinn::ClientConfig) -> Result<quinn::Endpoint> {
    let mut endpoint = quinn::Endpoint::client("[::]:0".parse()?)?;
    endpoint.set_default_client_config(config.clone());
    Ok(endpoint)
}

async fn last_visit(options: &Options, endpoint: &quinn::Endpoint, server: SocketAddr) -> Result<()> {
    let connecting = endpoint.connect(server, SERVER_NAME)?;
    let mut requests = options.count("--requests")?;
    let connection = if options.has("--early") {
        let (connection, accepted) =
            connecting.into_0rtt().map_err(|_| "there is no ticket for early data")?;
        ask(&connection).await?;
        println!("early data {}", if accepted.await { "accepted" } else { "refused" });
        requests -= 1;
        connection
    } else {
        let connection = connecting.await?;
        println!("connected");
        ask(&connection).await?;
        requests -= 1;
        connection
    };
    for _ in 0..requests {
        if options.has("--key-update") {
            connection.force_key_update();
            println!("keys updated");
        }
        if options.has("--rebind") {
            let socket = UdpSocket::bind("[::]:0")?;
            println!("moved to port {}", socket.local_addr()?.port());
            endpoint.rebind(socket)?;
        }
        ask(&connection).await?;
    }
    connection.close(0u32.into(), b"");
    endpoint.wait_idle().await;
    Ok(())
}

async fn ask(connection: &quinn::Connection) -> Result<()> {
    let (mut up, down) = connection.open_bi().await?;
    up.write_all(b"GET /content\r\n").await?;
    up.finish().await?;
    let answer = down.read_to_end(LONGEST_ANSWER).await?;
    let hash = ring::digest::digest(&ring::digest::SHA256, &answer);
    println!("answer {} {}", answer.len(), hexadecimal(hash.as_ref()));
    Ok(())
}

async fn server(options: &Options) -> Result<()> {
    let mut tls = rustls::ServerConfig::builder()
        .with_safe_defaults()
        .with_no_client_auth()
        .with_single_cert(certificates(options.text("--cert")?)?, key(options.text("--key")?)?)?;
    tls.alpn_protocols = vec![options.text("--alpn")?.as_bytes().to_vec()];
    // Zero and this are the only values that QUIC allows (RFC 9001 s.4.6.1).
    tls.max_early_data_size = u32::MAX;
    let mut config = quinn::ServerConfig::with_crypto(Arc::new(tls));
    config.use_retry(options.has("--retry"));
    let content: Arc<[u8]> = std::fs::read(options.text("--content")?)?.into();
    let endpoint = quinn::Endpoint::server(config, "[::1]:0".parse()?)?;
    println!("listening {}", endpoint.local_addr()?.port());
    let update = options.has("--key-update");
    let accepting = endpoint.clone();
    tokio::spawn(async move {
        while let Some(connecting) = accepting.accept().await {
            tokio::spawn(serve(connecting, content.clone(), update));
        }
    });
    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    Ok(())
}

async fn serve(connecting: quinn::Connecting, content: Arc<[u8]>, update: bool) {
    // On a server this never fails, and lets streams of early data in.
    if let Ok((connection, established)) = connecting.into_0rtt() {
        tokio::spawn(established);
        while let Ok((up, down)) = connection.accept_bi().await {
            if let Err(failure) = answer(&connection, up, down, &content, update).await {
                println!("request failed {}", failure);
            }
        }
    }
}

async fn answer(
    connection: &quinn::Connection,
    mut up: quinn::SendStream,
    down: quinn::RecvStream,
    content: &[u8],
    update: bool,
) -> Result<()> {
    let request = down.read_to_end(LONGEST_REQUEST).await?;
    if !request.starts_with(b"GET /") {
        return Err("the request is no GET".into());
    }
    let (first, second) = content.split_at(content.len() / 2);
    up.write_all(first).await?;
    if update {
        connection.force_key_update();
        println!("keys updated");
    }
    up.write_all(second).await?;
    up.finish().await?;
    Ok(())
}
