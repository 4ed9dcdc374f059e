//! Songs whose beats are known, and dances to them.

use super::songs::{Known, songs};
use super::{Outcome, made, mean};
use zoetrope::capture::Song;
use zoetrope::model::MotionModel;
use zoetrope::motion::Motion;
use zoetrope::motion::dance::{MusicBeat, Part, alignment, beats_secs, choreographed, fastest_m_per_sec, performed, take_secs};
use zoetrope::motion::measure::measure;

const TAKES: u32 = 8;
const NEAR_SECS: f32 = 0.05;

pub(super) fn report(model: &MotionModel) -> Outcome<()> {
    println!("## Songs\n");
    println!(
        "Ten songs of our own, drums, basses and chords (`tests/shared/songs.rs`). *Found* is the share of their beats with one of ours within \
         {:.0} ms, *right* the share of ours. A dance to each is made of {TAKES} takes of \"a person dances\". *Alignment* is how near the beats of \
         the motion (minima of hand and foot speed) are to the song's own (Li et al., *AI Choreographer*, 2021: 0 to 1), of the dance, and of the same stretches of \
         the same takes at their own pace. *Fastest* is how fast hands and feet of the dance are at most, against those of the takes. In a break nothing is heard, and beats of the dance there count as missed.\n",
        1e3 * NEAR_SECS
    );
    println!("| song | found % | right % | alignment | unwarped | fastest % | contact slide mm: takes, dance | float % | sink mm |");
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    let mut sums = Vec::new();
    for (at, Known { name, samples, beats_secs: truth }) in songs().into_iter().enumerate() {
        let song = Song::of(&samples);
        let music: Vec<MusicBeat> = song.counts().iter().map(|count| MusicBeat { secs: count.secs, energy: count.loudness }).collect();
        let takes = made(model, "a person dances", 100 * at as u64, TAKES, take_secs(&music))?;
        let parts = choreographed(&takes, &music, song.duration_secs);
        let dance = performed(&takes, &parts);
        let plain: Vec<Part> = parts.iter().map(|part| part.unwarped(&takes)).collect();
        let hit = |motion: &Motion| alignment(&beats_secs(motion), &truth);
        let (warped, unwarped) = (hit(&dance), hit(&performed(&takes, &plain)));
        let most = fastest_m_per_sec(&takes);
        let share = fastest_m_per_sec([&dance]).into_iter().zip(most).map(|(dance, take)| dance / take).fold(0.0, f32::max);
        let quality = measure(&dance);
        println!(
            "| {name} | {:.0} | {:.0} | {warped:.2} | {unwarped:.2} | {:.0} | {:.1}, {:.1} | {:.1} | {:.1} |",
            100.0 * near(&truth, &song.beats_secs),
            100.0 * near(&song.beats_secs, &truth),
            100.0 * share,
            mean(takes.iter().map(|take| measure(take).contact_slide_mm_per_frame)),
            quality.contact_slide_mm_per_frame,
            quality.float_pct,
            quality.penetration_mm
        );
        sums.push([warped, unwarped]);
    }
    let [warped, unwarped] = [0, 1].map(|column| mean(sums.iter().map(|row| row[column])));
    println!("\nOn the mean {warped:.2} against {unwarped:.2}: {:.1} times as much.\n", warped / unwarped);
    Ok(())
}

/// The share of beats that have one of the others near.
fn near(beats_secs: &[f32], others_secs: &[f32]) -> f32 {
    let found = beats_secs.iter().filter(|beat| others_secs.iter().any(|other| (*beat - other).abs() <= NEAR_SECS));
    found.count() as f32 / beats_secs.len().max(1) as f32
}
