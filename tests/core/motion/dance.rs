//! Dances of takes of our own, whose arms and legs swing as they please.

use glam::Quat;
use zoetrope::motion::dance::{MusicBeat, Part, alignment, beats_secs, choreographed, fastest_m_per_sec, performed, take_secs};
use zoetrope::motion::{FPS, Joint, Motion, Pose};

/// Ten seconds of swings that last between 0.3 and 0.8 s, no two alike; calm ones where `calm`.
fn take(seed: u32, calm: bool) -> Motion {
    let mut random = seed.wrapping_mul(2_654_435_761).wrapping_add(1);
    let mut next = || {
        random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (random >> 16) as f32 / 65_536.0
    };
    let reach_rad = if calm { 0.35 } else { 0.8 };
    let (mut frames, mut side) = (Vec::new(), 1.0);
    while frames.len() < (10.0 * FPS) as usize {
        let swing = (FPS * (0.3 + 0.5 * next())) as usize;
        let (arm, leg) = (reach_rad * (0.6 + 0.4 * next()), 0.2 * next());
        for frame in 0..swing {
            let out = side * (std::f32::consts::PI * frame as f32 / swing as f32).cos();
            let mut pose = Pose::REST;
            pose.local[Joint::LShoulder as usize] = Quat::from_rotation_z(-0.8 + arm * out);
            pose.local[Joint::RShoulder as usize] = Quat::from_rotation_z(0.8 + arm * out);
            pose.local[Joint::LHip as usize] = Quat::from_rotation_x(leg * out);
            pose.local[Joint::RHip as usize] = Quat::from_rotation_x(-leg * out);
            frames.push(pose);
        }
        side = -side;
    }
    // Amplitudes that differ from swing to swing meet in jumps: a short mean takes them away.
    let near = |at: usize| frames[at.saturating_sub(1)].lerp(&frames[(at + 1).min(frames.len() - 1)], 0.5);
    Motion { frames: (0..(10.0 * FPS) as usize).map(|at| frames[at].lerp(&near(at), 0.6)).collect() }
}

fn takes() -> Vec<Motion> {
    (0..8).map(|seed| take(seed, seed % 2 == 0)).collect()
}

/// Music of 24 s that is quiet, then loud.
fn music(bpm: f32) -> Vec<MusicBeat> {
    let beats = (23.5 * bpm / 60.0) as usize;
    (0..beats).map(|beat| MusicBeat { secs: 0.4 + beat as f32 * 60.0 / bpm, energy: if beat < beats / 2 { 0.2 } else { 1.0 } }).collect()
}

#[test]
fn a_dance_is_on_the_beat_and_no_limb_is_faster_than_in_its_takes() {
    let takes = takes();
    for bpm in [60.0, 96.0, 120.0, 150.0, 180.0] {
        let music = music(bpm);
        let times_secs: Vec<f32> = music.iter().map(|beat| beat.secs).collect();
        let parts = choreographed(&takes, &music, 24.0);
        let dance = performed(&takes, &parts);
        assert_eq!(dance.len(), 720, "as long as the music");
        let plain: Vec<Part> = parts.iter().map(|part| part.unwarped(&takes)).collect();
        let [warped, unwarped] = [&dance, &performed(&takes, &plain)].map(|motion| alignment(&beats_secs(motion), &times_secs));
        println!("{bpm}: {warped:.2} against {unwarped:.2}");
        assert!(warped >= 1.5 * unwarped, "{bpm}: {warped} against {unwarped}");
        // Whose swings last half a second has beats between those of slow music.
        assert!(warped > 0.5 || bpm < 90.0, "{bpm}: {warped}");
        for (dance, takes) in fastest_m_per_sec([&dance]).into_iter().zip(fastest_m_per_sec(&takes)) {
            assert!(dance <= 1.001 * takes, "{bpm}: {dance} m/s against {takes}");
        }
        for part in &parts {
            let paces = part.source_frames.windows(2).map(|pair| pair[1] - pair[0]);
            assert!(paces.clone().all(|pace| (0.69..=1.41).contains(&pace)), "{bpm}: {:?}", paces.collect::<Vec<_>>());
        }
    }
}

#[test]
fn loud_music_is_danced_with_more_energy() {
    let takes = takes();
    let parts = choreographed(&takes, &music(120.0), 24.0);
    let is_calm: Vec<bool> = parts.iter().map(|part| part.take % 2 == 0).collect();
    let half = parts.len() / 2;
    let calm = |parts: &[bool]| parts.iter().filter(|calm| **calm).count();
    assert!(calm(&is_calm[..half]) > calm(&is_calm[half..]), "{is_calm:?}");
}

#[test]
fn the_same_dance_comes_again_and_nothing_comes_of_nothing() {
    let takes = takes();
    assert_eq!(choreographed(&takes, &music(110.0), 24.0), choreographed(&takes, &music(110.0), 24.0));
    assert!(choreographed(&[], &music(110.0), 24.0).is_empty());
    assert!(choreographed(&takes, &[], 24.0).is_empty());
    assert!(performed(&takes, &[]).is_empty());
    // Takes that are far too short, or of nobody who moves, are danced as they are.
    for takes in [vec![takes[0].trimmed(0.0, 1.0)], vec![Motion { frames: vec![Pose::REST; 300] }]] {
        assert_eq!(performed(&takes, &choreographed(&takes, &music(110.0), 24.0)).len(), 720);
    }
    assert!(take_secs(&music(60.0)) > 12.0 && take_secs(&music(120.0)) >= 10.0 && take_secs(&[]) >= 10.0);
}
