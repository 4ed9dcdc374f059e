//! Measures what is seen in videos and what is danced to songs, and reports it as Markdown: twenty motions of the built-in model, drawn by our
//! own stage from two sides and read back; dances to songs of our own, beside the same takes unwarped.
//!
//! `cargo run --release --example capture_report > docs/capture.md`; `-- dances` or `-- videos` for one of the two. With a folder of
//! `tests/golden/blazepose/make.py` behind it the landmarks in those pictures are compared instead.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a report for the terminal")]

mod dances;
#[path = "../../tests/shared/landmarks.rs"]
mod landmarks;
#[path = "../../tests/shared/songs.rs"]
mod songs;
mod videos;

use zoetrope::library;
use zoetrope::model::{LoadProgress, MotionModel};
use zoetrope::motion::Motion;
use zoetrope::pipeline::{Batch, BatchStep, Device, load};
use zoetrope::timeline::{Length, Request};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

fn main() -> Outcome<()> {
    let parts: Vec<String> = std::env::args().skip(1).collect();
    let is_asked = |part: &str| parts.is_empty() || parts.iter().any(|asked| asked == part);
    if let Some(folder) = parts.iter().find(|part| std::path::Path::new(part).is_dir()) {
        println!("{}", landmarks::Compared::of(std::path::Path::new(folder)));
        return Ok(());
    }
    let model = load(&library::find(library::STARTER)?, &Device::Cpu, None, &LoadProgress::default())?.model;
    println!("# From videos and songs\n");
    println!("Made by `cargo run --release --example capture_report > docs/capture.md`.\n");
    if is_asked("videos") {
        videos::report(&model)?;
    }
    if is_asked("dances") {
        dances::report(&model)?;
    }
    Ok(())
}

/// Motions of a prompt, as many as asked for.
fn made(model: &MotionModel, prompt: &str, seed: u64, count: u32, secs: f32) -> Outcome<Vec<Motion>> {
    let length = Length::Exact { secs };
    let request = Request { seed, length, variations: count, ..Request::new(prompt) };
    let (mut batch, mut motions) = (Batch::start(model, &request, None)?, Vec::new());
    loop {
        match batch.step()? {
            BatchStep::Tokens { .. } => {}
            BatchStep::Made { made, .. } => motions.push(Motion::clone(&made.take.motion)),
            BatchStep::Done => return Ok(motions),
        }
    }
}

fn mean(values: impl IntoIterator<Item = f32>) -> f32 {
    let (sum, count) = values.into_iter().fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
    if count > 0.0 { sum / count } else { 0.0 }
}
