//! Downloads from a local server that behaves badly: it drops connections, ignores ranges, sends wrong bytes and lies about
//! lengths.

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use zoetrope::library::{Error, Offer, Patience, RemoteFile, fetch};

const CONTENT_LEN: usize = 300_000;

fn content() -> Vec<u8> {
    (0..CONTENT_LEN).map(|index| (index * 31 % 251) as u8).collect()
}

/// The checksum of [`content`], from `sha256sum`.
const SHA256: &str = "4b842fb90e12c8e34f6484748f2e67e138ec9c7c53f72a919f9919c180c6f8d4";

/// What a request asked for: the path, and the first byte if it named one.
#[derive(Debug, Clone, PartialEq)]
struct Asked {
    path: String,
    from: Option<usize>,
}

/// A server on this machine. `answer` gets the number of the request (from 0), what it asks for and the connection, and
/// writes whatever it likes.
struct Server {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Server {
    fn start(answer: impl Fn(usize, &Asked, &mut TcpStream) + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}/files", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        std::thread::Builder::new()
            .name("server".into())
            .spawn(move || {
                for (number, connection) in listener.incoming().enumerate() {
                    let mut connection = connection.unwrap();
                    let request = read_request(&connection);
                    log.lock().unwrap().push(request.clone());
                    answer(number, &request, &mut connection);
                }
            })
            .unwrap();
        Self { address, asked }
    }

    fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn read_request(connection: &TcpStream) -> Asked {
    let mut lines = BufReader::new(connection).lines().map(Result::unwrap);
    let path = lines.next().unwrap().split(' ').nth(1).unwrap().to_string();
    let headers = lines.take_while(|line| !line.is_empty());
    let range = headers.filter_map(|line| line.to_lowercase().strip_prefix("range: bytes=")?.strip_suffix('-')?.parse().ok());
    Asked { path, from: range.last() }
}

/// Answers with a part of the content, claiming `claimed` bytes and sending `sent` of them.
fn send(connection: &mut TcpStream, from: Option<usize>, claimed: usize, sent: usize) {
    let status = match from {
        Some(from) => format!("206 Partial Content\r\nContent-Range: bytes {from}-{}/{CONTENT_LEN}", CONTENT_LEN - 1),
        None => "200 OK".into(),
    };
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {claimed}\r\nConnection: close\r\n\r\n");
    let body = content();
    let start = from.unwrap_or(0);
    let _ = connection.write_all(head.as_bytes());
    let _ = connection.write_all(&body[start..(start + sent).min(body.len())]);
}

fn send_rest(connection: &mut TcpStream, asked: &Asked) {
    let rest = CONTENT_LEN - asked.from.unwrap_or(0);
    send(connection, asked.from, rest, rest);
}

fn refuse(connection: &mut TcpStream, status: &str) {
    let _ = connection.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").as_bytes());
}

fn file(bytes: Option<u64>, sha256: Option<&str>) -> RemoteFile {
    RemoteFile { name: "weights.bin".into(), bytes, about_bytes: None, sha256: sha256.map(str::to_owned) }
}

fn known_file() -> RemoteFile {
    file(Some(CONTENT_LEN as u64), Some(SHA256))
}

fn offer_of(files: Vec<RemoteFile>) -> Offer {
    Offer {
        name: "test".into(),
        what: "a test".into(),
        licence: "none".into(),
        licence_note: String::new(),
        about: "https://example.org".into(),
        base: None,
        files,
    }
}

const PATIENCE: Patience = Patience { attempts: 3, pause: Duration::from_millis(1), silence: Duration::from_secs(5) };

fn fetch_from(server: &Server, file: RemoteFile, folder: &Path) -> Result<(), Error> {
    fetch(&offer_of(vec![file]), Some(&server.address), folder, PATIENCE, &mut |_| ControlFlow::Continue(()))
}

fn is_here(folder: &Path) -> bool {
    let whole = std::fs::read(folder.join("weights.bin")).is_ok_and(|bytes| bytes == content());
    whole && !folder.join("weights.bin.part").exists()
}

#[test]
fn a_file_comes_whole_and_its_progress_is_told() {
    let server = Server::start(|_, asked, connection| send_rest(connection, asked));
    let folder = tempfile::tempdir().unwrap();
    let mut told = Vec::new();
    let files = vec![RemoteFile { name: "config.json".into(), ..file(None, None) }, known_file()];
    let watch = &mut |fetched: zoetrope::library::Fetched<'_>| {
        told.push((fetched.file.to_owned(), fetched.done, fetched.of));
        ControlFlow::Continue(())
    };
    fetch(&offer_of(files), Some(&server.address), folder.path(), PATIENCE, watch).unwrap();
    assert!(is_here(folder.path()) && folder.path().join("config.json").exists());
    assert_eq!(told.last(), Some(&("weights.bin".into(), CONTENT_LEN as u64, Some(CONTENT_LEN as u64))));
    let paths: Vec<_> = server.asked().into_iter().map(|asked| asked.path).collect();
    assert_eq!(paths, ["/files/config.json", "/files/weights.bin"]);
    // A second time only checks.
    fetch_from(&server, known_file(), folder.path()).unwrap();
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn dropped_connections_are_resumed_where_they_broke() {
    let server = Server::start(|_, asked, connection| {
        let rest = CONTENT_LEN - asked.from.unwrap_or(0);
        send(connection, asked.from, rest, rest.min(70_000));
    });
    let folder = tempfile::tempdir().unwrap();
    fetch_from(&server, known_file(), folder.path()).unwrap();
    assert!(is_here(folder.path()));
    let from: Vec<_> = server.asked().iter().map(|asked| asked.from.unwrap_or(0)).collect();
    // More drops than attempts: each brought something, so patience began anew.
    assert_eq!(from, [0, 70_000, 140_000, 210_000, 280_000]);
}

#[test]
fn a_stopped_download_goes_on_in_the_next_run() {
    let server = Server::start(|_, asked, connection| send_rest(connection, asked));
    let folder = tempfile::tempdir().unwrap();
    let offer = offer_of(vec![known_file()]);
    let stop_at_half = &mut |fetched: zoetrope::library::Fetched<'_>| {
        if fetched.done > 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let stopped = fetch(&offer, Some(&server.address), folder.path(), PATIENCE, stop_at_half);
    assert!(matches!(stopped, Err(Error::Stopped)), "{stopped:?}");
    let part = std::fs::metadata(folder.path().join("weights.bin.part")).unwrap().len();
    assert!(part > 0 && !is_here(folder.path()));
    fetch_from(&server, known_file(), folder.path()).unwrap();
    assert!(is_here(folder.path()));
    if part < CONTENT_LEN as u64 {
        assert_eq!(server.asked()[1].from, Some(part as usize));
    }
}

#[test]
fn a_server_that_knows_no_ranges_starts_again_from_the_beginning() {
    let server = Server::start(|number, _, connection| send(connection, None, CONTENT_LEN, if number == 0 { 1000 } else { CONTENT_LEN }));
    let folder = tempfile::tempdir().unwrap();
    fetch_from(&server, known_file(), folder.path()).unwrap();
    assert!(is_here(folder.path()));
}

#[test]
fn wrong_bytes_are_refused_and_not_kept() {
    let server = Server::start(|_, _, connection| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {CONTENT_LEN}\r\nConnection: close\r\n\r\n");
        let _ = connection.write_all(head.as_bytes());
        let _ = connection.write_all(&vec![7; CONTENT_LEN]);
    });
    let folder = tempfile::tempdir().unwrap();
    let error = fetch_from(&server, known_file(), folder.path()).unwrap_err();
    assert!(matches!(error, Error::WrongFile { .. }) && error.to_string().contains("checksum"), "{error}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing wrong stays");
}

#[test]
fn lies_about_lengths_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let longer = Server::start(|_, _, connection| send(connection, None, CONTENT_LEN + 5, CONTENT_LEN));
    let message = fetch_from(&longer, known_file(), folder.path()).unwrap_err().to_string();
    assert!(message.contains("should have"), "{message}");
    // No length at all, and too many bytes.
    let endless = Server::start(|_, _, connection| {
        let _ = connection.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        while connection.write_all(&[1; 4096]).is_ok() {}
    });
    let message = fetch_from(&endless, known_file(), folder.path()).unwrap_err().to_string();
    assert!(message.contains("more than the file should have"), "{message}");
    // Another part than was asked for.
    std::fs::write(folder.path().join("weights.bin.part"), &content()[..1000]).unwrap();
    let other_part = Server::start(|_, _, connection| send(connection, Some(5000), CONTENT_LEN - 5000, CONTENT_LEN - 5000));
    let message = fetch_from(&other_part, known_file(), folder.path()).unwrap_err().to_string();
    assert!(message.contains("another part"), "{message}");
    assert!(!folder.path().join("weights.bin").exists());
}

#[test]
fn a_file_whose_length_nobody_knows_ends_with_the_connection() {
    let server = Server::start(|_, _, connection| {
        let _ = connection.write_all(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n");
        let _ = connection.write_all(&content());
    });
    let folder = tempfile::tempdir().unwrap();
    fetch_from(&server, file(None, None), folder.path()).unwrap();
    assert!(is_here(folder.path()));
}

#[test]
fn a_server_that_refuses_is_not_asked_again_and_a_busy_one_is() {
    let folder = tempfile::tempdir().unwrap();
    for (status, word) in [("404 Not Found", "404"), ("401 Unauthorized", "log in"), ("403 Forbidden", "log in")] {
        let server = Server::start(move |_, _, connection| refuse(connection, status));
        let message = fetch_from(&server, known_file(), folder.path()).unwrap_err().to_string();
        assert!(message.contains(word) && message.contains(&server.address) && !message.contains('\n'), "{message}");
        assert_eq!(server.asked().len(), 1);
    }
    let times = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&times);
    let busy = Server::start(move |_, asked, connection| {
        if counter.fetch_add(1, Ordering::SeqCst) < 2 { refuse(connection, "503 Busy") } else { send_rest(connection, asked) }
    });
    fetch_from(&busy, known_file(), folder.path()).unwrap();
    assert_eq!(times.load(Ordering::SeqCst), 3);
    let dead = Server::start(|_, _, _| ());
    std::fs::remove_file(folder.path().join("weights.bin")).unwrap();
    let error = fetch_from(&dead, known_file(), folder.path()).unwrap_err();
    assert!(matches!(error, Error::Download { .. }) && error.to_string().contains("goes on"), "{error}");
    assert_eq!(dead.asked().len(), 3, "it gives up after three attempts in vain");
}

#[test]
fn without_an_address_the_authors_page_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = fetch(&offer_of(vec![known_file()]), None, folder.path(), PATIENCE, &mut |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(error, Error::NoAddress { .. }) && error.to_string().contains("https://example.org"), "{error}");
}

/// The program itself: the licence first, then the file, in the models' folder.
#[test]
fn the_command_shows_the_licence_and_wants_it_accepted() {
    let server = Server::start(|_, asked, connection| send_rest(connection, asked));
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_zoetrope"));
        command.args(["models", "fetch"]).args(arguments).env("ZOETROPE_MODELS", folder.path());
        command.env("ZOETROPE_FETCH_BASE", &server.address).stdin(std::process::Stdio::null());
        let output = command.output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, said) = run(&["motionmillion-3b"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains("CC BY-NC-SA") && said.contains("--accept-licence"), "{said}");
    assert!(server.asked().is_empty(), "nothing is fetched before");
    let (code, said) = run(&["motionmillion-3b", "--accept-licence"]);
    assert_eq!(code, Some(0), "{said}");
    assert!(folder.path().join("downloads/motionmillion-3b/fsq_net_6000000.pth").exists());
    let (code, said) = run(&["motionmillion-9b", "--accept-licence"]);
    assert!(code == Some(1) && said.contains("flan-t5-xl"), "{said}");
}
