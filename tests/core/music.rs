//! Beats of songs of our own, sound files of every kind, and such as are broken or lie.

use crate::songs::{Known, songs};
use std::fs;
use std::path::{Path, PathBuf};
use zoetrope::capture::{Error, Excerpt, SONG_RATE, Song};

/// As near as a beat must be, seconds.
const NEAR_SECS: f32 = 0.05;

/// The share of some beats that have one of the others near.
fn share_near(beats_secs: &[f32], others_secs: &[f32]) -> f32 {
    let near = beats_secs.iter().filter(|beat| others_secs.iter().any(|other| (*beat - other).abs() <= NEAR_SECS));
    near.count() as f32 / beats_secs.len().max(1) as f32
}

/// A click track: a short falling tone at each time, which ends 0.7 s behind the last.
fn clicks(times_secs: &[f32]) -> Vec<f32> {
    let end_secs = times_secs.last().copied().unwrap_or_default() + 0.7;
    let mut samples = vec![0.0; (end_secs * SONG_RATE as f32) as usize];
    for secs in times_secs {
        let from = (secs * SONG_RATE as f32) as usize;
        for (at, sample) in samples[from..from + SONG_RATE as usize / 12].iter_mut().enumerate() {
            let secs = at as f32 / SONG_RATE as f32;
            *sample += 0.8 * (-60.0 * secs).exp() * (std::f32::consts::TAU * 900.0 * secs).sin();
        }
    }
    samples
}

#[test]
fn clicks_of_sixty_to_a_hundred_and_eighty_a_minute_are_its_beats() {
    for bpm in [60.0, 75.0, 90.0, 104.0, 120.0, 133.0, 150.0, 168.0, 180.0] {
        let truth: Vec<f32> = (0..(18.0 * bpm / 60.0) as usize).map(|beat| 0.7 + beat as f32 * 60.0 / bpm).collect();
        let song = Song::of(&clicks(&truth));
        let (found, right) = (share_near(&truth, &song.beats_secs), share_near(&song.beats_secs, &truth));
        assert!(found >= 0.9 && right >= 0.9, "{bpm}: {found} found, {right} right, tempo {}", song.tempo_bpm());
        assert!((song.tempo_bpm() / bpm - 1.0).abs() < 0.02, "{bpm}: {}", song.tempo_bpm());
        let early: Vec<f32> = truth
            .iter()
            .filter_map(|beat| song.beats_secs.iter().map(|found| found - beat).min_by(|a, b| a.abs().total_cmp(&b.abs())))
            .collect();
        let mean_secs = early.iter().sum::<f32>() / early.len() as f32;
        println!("{bpm}: {:.1} ms late on average", 1e3 * mean_secs);
        assert!(mean_secs.abs() < 0.01, "{bpm}: {mean_secs} s off");
    }
}

#[test]
fn beats_of_songs_are_within_fifty_milliseconds() {
    let mut missed = Vec::new();
    for Known { name, samples, beats_secs } in songs() {
        let song = Song::of(&samples);
        let (found, right) = (share_near(&beats_secs, &song.beats_secs), share_near(&song.beats_secs, &beats_secs));
        println!("{name}: {:.0} % found, {:.0} % right, {:.0} a minute", 100.0 * found, 100.0 * right, song.tempo_bpm());
        if found < 0.9 || right < 0.9 {
            missed.push(name);
        }
    }
    assert!(missed.is_empty(), "{missed:?}");
}

#[test]
fn silence_has_no_beats_and_neither_has_nothing() {
    for samples in [Vec::new(), vec![0.0; 5 * SONG_RATE as usize], vec![0.3; 20]] {
        let song = Song::of(&samples);
        assert_eq!((song.beats_secs.len(), song.counts().len(), song.tempo_bpm()), (0, 0, 0.0));
    }
}

#[test]
fn a_dancer_goes_on_counting_where_nothing_is_heard() {
    let beats: Vec<f32> = (0..16).chain(24..40).map(|beat| 1.2 + 0.5 * beat as f32).collect();
    let song = Song::of(&clicks(&beats));
    let counts = song.counts();
    let steps: Vec<f32> = counts.windows(2).map(|pair| pair[1].secs - pair[0].secs).collect();
    assert!(steps.iter().all(|step| (step - 0.5).abs() < 0.05), "{steps:?}");
    assert!(counts[0].secs < 0.5 && counts[counts.len() - 1].secs > song.duration_secs - 0.6);
    let loud = |from: f32, to: f32| counts.iter().filter(|count| (from..to).contains(&count.secs)).map(|count| count.loudness).sum::<f32>();
    assert!(loud(2.0, 5.0) > 4.0 * loud(10.5, 12.5), "the break is quiet");
}

/// Samples as a WAV file of 16 bits.
fn wav(samples: &[f32]) -> Vec<u8> {
    let data: Vec<u8> = samples.iter().flat_map(|sample| ((sample.clamp(-1.0, 1.0) * 32_767.0) as i16).to_le_bytes()).collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    for number in [1_u16, 1] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [SONG_RATE, 2 * SONG_RATE] {
        bytes.extend(number.to_le_bytes());
    }
    for number in [2_u16, 16] {
        bytes.extend(number.to_le_bytes());
    }
    bytes.extend(b"data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

/// Nine clicks in six seconds, a hundred a minute.
fn nine_clicks() -> Vec<f32> {
    (0..9).map(|beat| 0.5 + 0.6 * beat as f32).collect()
}

/// They as a file of each kind.
fn files(folder: &Path) -> [PathBuf; 4] {
    fs::write(folder.join("clicks.wav"), wav(&clicks(&nine_clicks()))).expect("a file");
    let golden = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/songs").join(name);
    [folder.join("clicks.wav"), golden("clicks.mp3"), golden("clicks.flac"), golden("clicks.ogg")]
}

#[test]
fn songs_of_every_kind_of_file_are_heard_alike() {
    let folder = tempfile::tempdir().expect("a folder");
    let truth = nine_clicks();
    for path in files(folder.path()) {
        let name = path.display();
        let song = Song::hear(&path, Excerpt::default()).expect("a song");
        // An encoder of MP3 puts silence around it.
        assert!((song.duration_secs - 6.0).abs() < 0.25, "{name}: {} s", song.duration_secs);
        assert!(share_near(&truth, &song.beats_secs) >= 0.9, "{name}: {:?}", song.beats_secs);
        assert!(!song.is_cut);
        let part = Song::hear(&path, Excerpt { from_secs: 1.1, to_secs: 5.0 }).expect("a part");
        assert!((part.duration_secs - 3.9).abs() < 0.05, "{name}: {} s", part.duration_secs);
        let in_part: Vec<f32> = truth.iter().map(|secs| secs - 1.1).filter(|secs| (0.1..3.5).contains(secs)).collect();
        assert!(share_near(&in_part, &part.beats_secs) >= 0.8, "{name}: {:?}", part.beats_secs);
    }
}

/// What is said of a file, which is one line with its name in it.
#[track_caller]
fn said(path: &Path, excerpt: Excerpt) -> String {
    let error: Error = Song::hear(path, excerpt).expect_err("no song");
    let error = error.to_string();
    assert!(!error.contains('\n') && error.contains(&*path.file_name().unwrap_or_default().to_string_lossy()), "{error}");
    error
}

#[test]
fn what_is_no_song_ends_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).expect("a file");
        path
    };
    for path in files(folder.path()) {
        let whole = fs::read(&path).expect("bytes");
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        said(&file(&format!("empty.{ending}"), &[]), Excerpt::default());
        said(&file(&format!("text.{ending}"), b"dear diary, nothing was heard today"), Excerpt::default());
        said(&file(&format!("head.{ending}"), &whole[..16]), Excerpt::default());
        assert!(said(&file(&format!("short.{ending}"), &whole), Excerpt { from_secs: 60.0, to_secs: 90.0 }).contains("ends before"));
    }
    said(&file("no song.wav", &wav(&[])), Excerpt::default());
    said(&folder.path().join("missing.mp3"), Excerpt::default());
    said(folder.path(), Excerpt::default());
    // A wrong ending is no matter.
    let renamed = file("song.mp3", &fs::read(&files(folder.path())[2]).expect("bytes"));
    assert!(Song::hear(&renamed, Excerpt::default()).is_ok());
}

#[test]
fn spoilt_songs_are_heard_in_part_or_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut random = 7_u32;
    let mut next = |below: usize| {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 8) as usize % below
    };
    for path in files(folder.path()) {
        let whole = fs::read(&path).expect("bytes");
        let ending = path.extension().unwrap_or_default().to_string_lossy();
        for round in 0..24 {
            let mut bytes = whole.clone();
            match round % 3 {
                0 => bytes.truncate(next(whole.len())),
                // The head alone, where lengths are.
                1 => (0..4).for_each(|_| bytes[next(200)] = next(256) as u8),
                _ => (0..20).for_each(|_| bytes[next(whole.len())] = next(256) as u8),
            }
            let path = folder.path().join(format!("{round}.{ending}"));
            fs::write(&path, bytes).expect("a file");
            if let Err(error) = Song::hear(&path, Excerpt::default()) {
                assert!(!error.to_string().contains('\n'), "{error}");
            }
        }
    }
}
