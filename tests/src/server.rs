//! A web server on this machine that wants a password: a package index, or whatever a test serves.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::engine::Engine;

/// A running server. Its thread ends with the process.
#[derive(Debug, Clone)]
pub struct Server {
    /// `host:port`, as both the engine and its containers reach it.
    address: String,
    authorization: Option<String>,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    requests: Vec<Request>,
}

/// A request that was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The path that was asked for.
    pub path: String,
    /// Whether it had the right `Authorization`.
    pub authorized: bool,
}

impl Server {
    /// Starts a server. With a `user:password`, what comes without it gets 401.
    ///
    /// # Panics
    /// If there is no free port.
    pub fn start(engine: &Engine, credentials: Option<&str>) -> Self {
        let listener = TcpListener::bind("0.0.0.0:0").expect("there is a free port");
        let port = listener.local_addr().expect("it has an address").port();
        let gateway = "{{(index .IPAM.Config 0).Gateway}}";
        let host = engine.docker(&["network", "inspect", "bridge", "--format", gateway]);
        let server = Self {
            address: format!("{}:{port}", host.trim()),
            authorization: credentials.map(|pair| format!("Basic {}", STANDARD.encode(pair))),
            state: Arc::default(),
        };
        let serving = server.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let server = serving.clone();
                std::thread::spawn(move || server.answer(stream));
            }
        });
        server
    }

    /// `http://host:port`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The value of the `Authorization` header that opens it.
    ///
    /// # Panics
    /// If it is open.
    pub fn authorization(&self) -> &str {
        self.authorization.as_deref().expect("the server wants a password")
    }

    /// Serves a file.
    ///
    /// # Panics
    /// Never.
    pub fn serve(&self, path: &str, content: impl Into<Vec<u8>>) {
        self.state.lock().expect("no thread panics").files.insert(path.to_owned(), content.into());
    }

    /// What was asked for so far.
    ///
    /// # Panics
    /// Never.
    pub fn requests(&self) -> Vec<Request> {
        self.state.lock().expect("no thread panics").requests.clone()
    }

    /// Answers the requests of one connection; whoever asks for odd things is not answered.
    fn answer(&self, mut stream: TcpStream) {
        let Ok(reading) = stream.try_clone() else { return };
        let mut lines = BufReader::new(reading).lines().map_while(Result::ok);
        while let Some(first) = lines.next() {
            let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
            let headers: Vec<String> = lines.by_ref().take_while(|line| !line.is_empty()).collect();
            let given = headers.iter().find_map(|line| {
                let (name, value) = line.split_once(": ")?;
                name.eq_ignore_ascii_case("authorization").then(|| value.to_owned())
            });
            let authorized = self.authorization.is_none() || given == self.authorization;
            let (status, body) = {
                let mut state = self.state.lock().expect("no thread panics");
                state.requests.push(Request { path: path.clone(), authorized });
                match (authorized, state.files.get(&path)) {
                    (false, _) => ("401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"test\"", vec![]),
                    (true, None) => ("404 Not Found", vec![]),
                    (true, Some(content)) => ("200 OK", content.clone()),
                }
            };
            let kind = if path.ends_with('/') { "text/html" } else { "application/octet-stream" };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            let body = if first.starts_with("HEAD ") { vec![] } else { body };
            if stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_err() {
                return;
            }
        }
    }
}
