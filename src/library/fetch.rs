//! Downloading the files of an offer: resumed where they broke off, compared with what is known of them, renamed when whole.

use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ureq::Agent;
use ureq::http::{Response, StatusCode};

use super::catalogue::{Offer, RemoteFile};
use super::error::{Error, Result};
use super::sha256::sha256;

/// How patient a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Attempts in a row that bring nothing before it gives up.
    pub attempts: u32,
    /// The pause before the second attempt; it doubles each time.
    pub pause: Duration,
    /// How long a connection may be silent.
    pub silence: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { attempts: 6, pause: Duration::from_secs(1), silence: Duration::from_secs(60) }
    }
}

/// How far a download is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fetched<'a> {
    /// The file.
    pub file: &'a str,
    /// Bytes of it that are here.
    pub done: u64,
    /// Its length, where known.
    pub of: Option<u64>,
}

/// Told how far a download is; a break stops it. What is here stays, and the next one goes on from there.
pub type FetchProgress<'a> = &'a mut dyn FnMut(Fetched<'_>) -> ControlFlow<()>;

/// Fetches all files of an offer from `base` (the offer's own address if none) into `folder`. Files that are there already are
/// checked and kept.
///
/// # Errors
/// No address, servers that refuse or keep breaking off, files that are not what they should be, and [`Error::Stopped`].
pub fn fetch(offer: &Offer, base: Option<&str>, folder: &Path, patience: Patience, watch: FetchProgress<'_>) -> Result<()> {
    let no_address = || Error::NoAddress { name: offer.name.clone(), about: offer.about.clone() };
    let base = base.or(offer.base.as_deref()).ok_or_else(no_address)?;
    fs::create_dir_all(folder).map_err(|cause| Error::File { what: "create the folder", cause, path: folder.into() })?;
    let agent = Agent::new_with_config(
        Agent::config_builder()
            .http_status_as_error(false)
            .timeout_connect(Some(patience.silence))
            .timeout_recv_response(Some(patience.silence))
            .timeout_per_read(Some(patience.silence))
            .build(),
    );
    for file in &offer.files {
        let separator = if base.ends_with('/') { "" } else { "/" };
        let url = format!("{base}{separator}{}", file.name);
        Download { agent: &agent, file, url, target: folder.join(&file.name), patience }.run(watch)?;
    }
    Ok(())
}

/// One file on its way.
struct Download<'a> {
    agent: &'a Agent,
    file: &'a RemoteFile,
    url: String,
    target: PathBuf,
    patience: Patience,
}

/// How one attempt ended.
enum Attempt {
    /// The server has no more to give.
    Whole,
    /// The connection broke, or the server is busy; in words.
    Broken(String),
}

impl Download<'_> {
    fn run(&self, watch: FetchProgress<'_>) -> Result<()> {
        if self.target.exists() {
            return self.check(&self.target);
        }
        let part = self.part();
        let (mut in_vain, mut pause) = (0, self.patience.pause);
        loop {
            let before = length(&part);
            match self.attempt(&part, watch)? {
                Attempt::Whole => break,
                Attempt::Broken(cause) => {
                    in_vain = if length(&part) > before { 0 } else { in_vain + 1 };
                    if in_vain == 0 {
                        pause = self.patience.pause;
                    }
                    if in_vain >= self.patience.attempts {
                        return Err(Error::Download { cause, url: self.url.clone() });
                    }
                    std::thread::sleep(pause);
                    pause = (2 * pause).min(self.patience.silence);
                }
            }
        }
        if let Err(error) = self.check(&part) {
            // Going on from wrong bytes would be in vain.
            let _ = fs::remove_file(&part);
            return Err(error);
        }
        fs::rename(&part, &self.target).map_err(|cause| Error::File { what: "rename the file", cause, path: self.target.clone() })
    }

    fn part(&self) -> PathBuf {
        self.target.with_file_name(format!("{}.part", self.file.name))
    }

    /// Asks for what is missing and appends it.
    fn attempt(&self, part: &Path, watch: FetchProgress<'_>) -> Result<Attempt> {
        let have = length(part);
        if self.file.bytes == Some(have) {
            return Ok(Attempt::Whole);
        }
        let mut request = self.agent.get(&self.url);
        if have > 0 {
            request = request.header("Range", format!("bytes={have}-"));
        }
        let response = match request.call() {
            Ok(response) => response,
            Err(cause) => return Ok(Attempt::Broken(cause.to_string())),
        };
        let refused = |cause: String| Err(Error::Download { cause, url: self.url.clone() });
        let from = match response.status() {
            StatusCode::OK => 0,
            StatusCode::PARTIAL_CONTENT if range_start(&response) == Some(have) => have,
            StatusCode::PARTIAL_CONTENT => return refused("the server sends another part than it was asked for".into()),
            // Nothing behind what is here: either it is whole, or it belongs to another file; the check will tell.
            StatusCode::RANGE_NOT_SATISFIABLE if have > 0 => return Ok(Attempt::Whole),
            StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => {
                return refused(format!("the server wants you to log in or to accept terms first ({})", response.status()));
            }
            StatusCode::TOO_MANY_REQUESTS => return Ok(Attempt::Broken("the server is busy".into())),
            status if status.is_server_error() => return Ok(Attempt::Broken(format!("the server answers {status}"))),
            status => return refused(format!("the server answers {status}")),
        };
        let claimed = response.body().content_length().map(|rest| from + rest);
        if let (Some(claimed), Some(expected)) = (claimed, self.file.bytes)
            && claimed != expected
        {
            return refused(format!("the server's file has {claimed} bytes and should have {expected}"));
        }
        self.append(part, from, response, claimed.or(self.file.bytes), watch)
    }

    fn append(&self, part: &Path, from: u64, response: Response<ureq::Body>, of: Option<u64>, watch: FetchProgress<'_>) -> Result<Attempt> {
        let failed = |cause| Error::File { what: "write the file", cause, path: part.into() };
        let mut file = OpenOptions::new().create(true).append(true).open(part).map_err(failed)?;
        file.set_len(from).map_err(failed)?;
        let mut body = response.into_body().into_reader();
        let mut buffer = vec![0; 1 << 18];
        let mut done = from;
        loop {
            if watch(Fetched { file: &self.file.name, done, of }).is_break() {
                return Err(Error::Stopped);
            }
            let count = match body.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(cause) => return Ok(Attempt::Broken(format!("the connection broke ({cause})"))),
            };
            done += count as u64;
            if self.file.bytes.is_some_and(|expected| done > expected) {
                let _ = fs::remove_file(part);
                return Err(Error::Download { cause: "the server sends more than the file should have".into(), url: self.url.clone() });
            }
            file.write_all(&buffer[..count]).map_err(failed)?;
        }
        Ok(if of.is_some_and(|of| done < of) { Attempt::Broken("the connection closed early".into()) } else { Attempt::Whole })
    }

    /// Compares a whole file with what is known of it.
    fn check(&self, path: &Path) -> Result<()> {
        let wrong = |cause: String| Error::WrongFile { cause, path: self.target.clone(), url: self.url.clone() };
        let found = length(path);
        if let Some(expected) = self.file.bytes.filter(|&expected| expected != found) {
            return Err(wrong(format!("it has {found} bytes instead of {expected}")));
        }
        let Some(expected) = &self.file.sha256 else { return Ok(()) };
        let failed = |cause| Error::File { what: "read the file", cause, path: path.into() };
        let found = sha256(&[path]).map_err(failed)?;
        if found.eq_ignore_ascii_case(expected) { Ok(()) } else { Err(wrong("its checksum is wrong".into())) }
    }
}

/// Bytes of a file; 0 if there is none.
fn length(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |data| data.len())
}

/// Where the part of a file begins that a server sends: `Content-Range: bytes 100-199/200`.
fn range_start(response: &Response<ureq::Body>) -> Option<u64> {
    let range = response.headers().get("Content-Range")?.to_str().ok()?;
    range.trim().strip_prefix("bytes ")?.split('-').next()?.trim().parse().ok()
}
