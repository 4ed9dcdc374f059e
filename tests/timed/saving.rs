//! How long the window stands still while a large project is saved and copied, and how much is written.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use zoetrope::author::session::{ClipAction, ProjectAction, SelectionAction, Session};
use zoetrope::motion::Motion;
use zoetrope::timeline::{Provenance, Request, Take};

use crate::documents::take;

const TAKES: usize = 500;
/// Two seconds: how long a take is makes no difference any more, and the first save encodes all of them.
const FRAMES: usize = 60;
const MOST: Duration = Duration::from_millis(50);
const MOST_BYTES: u64 = 1 << 20;

/// A session with many takes and a clip of each.
fn session() -> Session {
    let mut session = Session::new("starter");
    let short = take(0).motion;
    let motion = Motion { frames: short.frames.iter().copied().cycle().take(FRAMES).collect() };
    for number in 0..TAKES {
        let request = Request { seed: number as u64, ..Request::new("a person walks forward, turns around and waves with both hands") };
        let provenance =
            Provenance { origin: request.into(), model: "starter".to_owned(), licence: "CC BY-NC 4.0".to_owned(), ..Provenance::default() };
        session.add_take(Take { motion: Arc::new(motion.clone()), raw: None, provenance });
    }
    (0..TAKES).for_each(|number| session.apply(ClipAction::AddToTimeline(number)));
    session
}

/// Frames of the window until `is_over`: the longest, and all together without the waiting between them.
fn frames_until(session: &mut Session, secs: f32, is_over: impl Fn(&Session) -> bool) -> (Duration, Duration) {
    let (mut longest, mut all, start) = (Duration::ZERO, Duration::ZERO, Instant::now());
    while !is_over(session) {
        let begin = Instant::now();
        session.update(secs);
        longest = longest.max(begin.elapsed());
        all += begin.elapsed();
        std::thread::sleep(Duration::from_millis(1));
        assert!(start.elapsed() < Duration::from_secs(300), "{:?}", session.toasts().list());
    }
    (longest, all)
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |file| file.len())
}

/// The first bytes of a file, that nothing of them was written again.
fn beginning(path: &Path, length: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    File::open(path).expect("the file").take(length).read_to_end(&mut bytes).expect("bytes");
    bytes
}

#[test]
fn one_moved_clip_among_five_hundred_takes_is_saved_and_copied_in_passing() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, keep) = (folder.path().join("scene.zoetrope"), folder.path().join("recovery"));
    let mut session = session();
    session.autosave_in(&keep).expect("a folder");
    let copy = session.copy_path().expect("a place").to_owned();

    let begin = Instant::now();
    session.apply(ProjectAction::Save(file.clone()));
    frames_until(&mut session, 0.0, |session| !session.is_unsaved());
    println!("first save: {} KB in {:?}", length(&file) / 1024, begin.elapsed());
    // The first copy of a session has everything.
    session.apply(SelectionAction::SelectClip(1));
    session.apply(ClipAction::MoveClip { clip: 1, to: 3 });
    frames_until(&mut session, 6.0, |_| copy.exists());
    std::thread::sleep(Duration::from_millis(20));
    session.update(0.0);

    for round in 0..3 {
        session.apply(ClipAction::MoveClip { clip: 2, to: 5 });
        let (before, begin) = (length(&copy), Instant::now());
        let (longest, all) = frames_until(&mut session, 6.0, |_| length(&copy) > before);
        let written = length(&copy) - before;
        println!("copy {round}: {} KB in {:?}; frames: longest {longest:?}, together {all:?}", written / 1024, begin.elapsed());
        assert!(longest < MOST && written < MOST_BYTES, "{longest:?}, {written} bytes");

        let (old, was, begin) = (length(&file), beginning(&file, 1 << 20), Instant::now());
        session.apply(ProjectAction::SaveProject);
        let asked = begin.elapsed();
        let (longest, all) = frames_until(&mut session, 0.0, |session| !session.is_unsaved());
        let written = length(&file) - old;
        println!(
            "save {round}: {} KB in {:?}; asked in {asked:?}, frames: longest {longest:?}, together {all:?}",
            written / 1024,
            begin.elapsed()
        );
        assert!(asked + longest < MOST && written > 0 && written < MOST_BYTES, "{asked:?}, {longest:?}, {written} bytes");
        assert!(beginning(&file, 1 << 20) == was);
    }
    let opened = zoetrope::formats::open_project(&file).expect("a project").document;
    assert!(opened.arrangement() == session.timeline().arrangement() && opened.takes() == session.timeline().document().takes());
}
