//! A small data set: people who walk along bends.

use std::path::{Path, PathBuf};

use glam::{Quat, Vec3};
use zoetrope::formats;
use zoetrope::motion::{Motion, Pose, features};
use zoetrope::train::dataset::{Dataset, Layout, Purpose, Split};

/// Makes a data set of clips of 2 s, `walk00`, `walk01` …, each with a bend and a caption of its own: so many for each part of the split.
pub(crate) fn walks(root: &Path, parts: [usize; 3]) -> Dataset {
    let layout = Layout::new(root);
    let names: Vec<String> = (0..parts.iter().sum()).map(|clip| format!("walk{clip:02}")).collect();
    for (clip, name) in names.iter().enumerate() {
        let pose = |frame: usize| {
            let secs = frame as f32 / 30.0;
            let mut pose = Pose::REST;
            pose.root_m += Vec3::Z * secs;
            pose.local[0] = Quat::from_rotation_y(0.01 * clip as f32 * secs);
            pose.local[1] = Quat::from_rotation_x(0.5 * (6.0 * secs).sin());
            pose
        };
        let motion = Motion { frames: (0..60).map(pose).collect() };
        formats::write_features(&made(layout.motion(name)), &features::encode(&motion)).expect("features");
        write(layout.texts(name), &format!("a person walks along bend {clip}\n"));
    }
    let mut rest = names.as_slice();
    for (split, count) in Split::PARTS.into_iter().zip(parts) {
        let part;
        (part, rest) = rest.split_at(count);
        for purpose in [Purpose::Generator, Purpose::Tokenizer] {
            write(layout.split(purpose, split), &part.join("\n"));
        }
    }
    for (which, value) in [("mean", 0.0), ("std", 1.0)] {
        formats::write_vector(&made(layout.statistics(which)), &[value; features::ROW]).expect("statistics");
    }
    Dataset::open(root).expect("a data set")
}

fn write(path: PathBuf, text: &str) {
    std::fs::write(made(path), text).expect("written");
}

/// The path, with folders above it.
fn made(path: PathBuf) -> PathBuf {
    std::fs::create_dir_all(path.parent().expect("a folder")).expect("folders");
    path
}
