//! `zoetrope dance`: a motion as long as its song, on its beats, and what is said where there are none.

use crate::program::{fails, read, text, zoetrope};
use std::path::Path;
use tempfile::TempDir;
use zoetrope::motion::dance::{alignment, beats_secs};

/// Clicks, 120 a minute from 0.3 s, for eight seconds, 8 bits and 8000 samples a second.
fn clicks(path: &Path, loud: f32) {
    let samples = (0..64_000_u32).map(|at| {
        let since_secs = (at as f32 / 8000.0 - 0.3).rem_euclid(0.5);
        let tone = (-60.0 * since_secs).exp() * (std::f32::consts::TAU * 900.0 * since_secs).sin();
        (128.0 + if at > 2400 { 100.0 * loud * tone } else { 0.0 }) as u8
    });
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + 64_000_u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend([8000_u32, 8000].into_iter().flat_map(u32::to_le_bytes));
    bytes.extend(b"\x01\0\x08\0data");
    bytes.extend(64_000_u32.to_le_bytes());
    bytes.extend(samples);
    std::fs::write(path, bytes).expect("a song");
}

#[test]
fn a_song_is_danced_to_from_beginning_to_end_on_its_beats() {
    let folder = TempDir::new().expect("a folder");
    let (song, file) = (folder.path().join("clicks.wav"), folder.path().join("dance.bvh"));
    clicks(&song, 1.0);
    let output = zoetrope(&["dance", text(&song), "-o", text(&file), "--seed", "3"]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("120 beats a minute") && said.contains("beat alignment"), "{said}");
    let dance = read(&file);
    assert!((dance.duration_secs() - 8.0).abs() < 0.1, "{} s", dance.duration_secs());
    let beats: Vec<f32> = (0..16).map(|beat| 0.3 + 0.5 * beat as f32).collect();
    let hit = alignment(&beats_secs(&dance), &beats);
    assert!(hit > 0.5, "{hit}");
    let part = folder.path().join("part.glb");
    let output = zoetrope(&["dance", text(&song), "a person waves", "-o", text(&part), "--from", "2", "--to", "6.5"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!((read(&part).duration_secs() - 4.5).abs() < 0.1);
    let bytes = String::from_utf8_lossy(&std::fs::read(&part).expect("a file")).into_owned();
    assert!(bytes.contains("danced to clicks from 2.0 to 6.5 s") && bytes.contains("a person waves"), "it says where it came from");
}

#[test]
fn what_cannot_be_danced_to_is_refused_in_one_line() {
    let folder = TempDir::new().expect("a folder");
    let [silence, out] = ["silence.wav", "dance.bvh"].map(|name| folder.path().join(name));
    clicks(&silence, 0.0);
    assert!(fails(&["dance", text(&silence), "-o", text(&out)]).contains("no beats are heard"));
    std::fs::write(folder.path().join("text.mp3"), "la la la").expect("a file");
    assert!(fails(&["dance", text(&folder.path().join("text.mp3")), "-o", text(&out)]).contains("text.mp3"));
    assert!(fails(&["dance", text(&silence), "-o", text(&folder.path().join("dance.usd"))]).contains("dance.usd"));
    assert!(!out.exists());
}
