//! A data set with clips that nobody should learn from.

use std::path::Path;

use zoetrope::formats;
use zoetrope::train::dataset::{Dataset, Purpose, Split};

use super::walks::walks;

/// Clips that cannot be used; each must be named.
pub(crate) const BAD: [&str; 5] = ["walk00", "walk01", "walk02", "walk03", "nobody"];

/// Six clips in each part that is asked for, four of them spoilt, one with a caption of 1 MB and one sound, and a name without a clip.
pub(crate) fn spoilt(root: &Path, part: Split) -> Dataset {
    let dataset = walks(root, Split::PARTS.map(|split| if split == part { 6 } else { 0 }));
    let layout = dataset.layout();
    // Not a number in the last frame.
    let mut bytes = std::fs::read(layout.motion("walk00")).expect("features");
    let last = bytes.len() - 4;
    bytes[last..].copy_from_slice(&f32::NAN.to_le_bytes());
    std::fs::write(layout.motion("walk00"), bytes).expect("written");
    // A row of numbers of another width.
    formats::write_vector(&layout.motion("walk01"), &[0.5; 271]).expect("written");
    std::fs::write(layout.motion("walk02"), b"\x93NUMPY\x01\x00\xff\xff{'descr': '<f4'").expect("written");
    std::fs::write(layout.texts("walk03"), " \n\u{feff}\n#x#0.0#0.0\n").expect("written");
    std::fs::write(layout.texts("walk04"), "a person walks and ".repeat((1 << 20) / 19)).expect("written");
    for purpose in [Purpose::Generator, Purpose::Tokenizer] {
        let list = layout.split(purpose, part);
        let names = std::fs::read_to_string(&list).expect("a list");
        std::fs::write(list, names + "\nnobody\n").expect("written");
    }
    dataset
}
