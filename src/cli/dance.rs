//! `zoetrope dance SONG -o OUT`: a motion that dances to a song.

use super::convert::{presets, write_options};
use super::dance_args::DanceArgs;
use super::error::CliError;
use super::generate::{load_model_for, make_variations};
use super::interrupt::Interrupt;
use super::progress::say;
use super::values::excerpt;
use crate::capture::{Excerpt, Song};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats::{self, Format, WriteOptions};
use crate::motion::Motion;
use crate::motion::dance::{MusicBeat, alignment, beats_secs, choreographed, performed, take_secs};
use crate::timeline::{Length, Origin, Provenance, Request};

/// How many takes there are to choose from: two for each so long a stretch of the song, within these bounds.
const TAKE_EVERY_SECS: f32 = 8.0;
const TAKES: [u32; 2] = [8, 18];

pub(super) fn run(args: &DanceArgs) -> Result<(), CliError> {
    let part = excerpt(args.from, args.to)?;
    let options = write_options(&args.export, &args.output, &presets(&args.export.who, &[])?)?;
    // An ending that cannot be written is told before anything is made.
    Format::of(&args.output).map_err(CliError::from_below)?;
    let interrupt = Interrupt::listen();
    let song = Song::hear(&args.song, part).map_err(CliError::from_below)?;
    let said = |what: &str| say(&one_line(&format!("note: {}: {what}", args.song.display()), LONGEST_LINE));
    if song.is_cut {
        said(&format!("it is longer than {:.0} minutes; choose a part of the rest", song.duration_secs / 60.0));
    }
    let beats: Vec<MusicBeat> = song.counts().iter().map(|count| MusicBeat { secs: count.secs, energy: count.loudness }).collect();
    if beats.is_empty() {
        let advice = "give a song that is played in time, or another part of it";
        return Err(CliError::Failed(format!("no beats are heard in {}; {advice}", args.song.display())));
    }
    said(&format!("{:.0} beats a minute, {} beats are heard", song.tempo_bpm(), song.beats_secs.len()));

    let model = load_model_for(&args.network.model, &args.network.device)?;
    let takes = ((song.duration_secs / TAKE_EVERY_SECS) as u32 * 2).clamp(TAKES[0], TAKES[1]);
    let length = Length::Exact { secs: take_secs(&beats) };
    let request = Request { seed: args.network.seed, length, variations: takes, ..Request::new(&args.prompt) };
    let made = make_variations(&model, &request, &interrupt)?;
    let takes: Vec<Motion> = made.iter().map(|made| Motion::clone(&made.take.motion)).collect();
    let parts = choreographed(&takes, &beats, song.duration_secs);
    if parts.is_empty() {
        return Err(CliError::Failed(format!("the model makes nothing of {:?} that could be danced; try another prompt", args.prompt)));
    }
    let motion = performed(&takes, &parts);
    let danced: Vec<&Provenance> = parts.iter().map(|part| &made[part.take].take.provenance).collect();
    let provenance = provenance(args, part, &song, &danced);
    let options = WriteOptions { provenance: Some(provenance), ..options };
    formats::write(&args.output, &motion, &options).map_err(CliError::from_below)?;
    let hit = alignment(&beats_secs(&motion), &song.beats_secs);
    let line = format!("{}: {:.2} s, {} phrases, beat alignment {hit:.2}", args.output.display(), motion.duration_secs(), parts.len());
    say(&one_line(&line, LONGEST_LINE));
    Ok(())
}

/// Where the dance came from.
fn provenance(args: &DanceArgs, part: Excerpt, song: &Song, danced: &[&Provenance]) -> Provenance {
    let name = args.song.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let chain = Provenance::of_chain(danced);
    let to_secs = part.from_secs + song.duration_secs;
    Provenance { origin: Origin::Dance { song: name, from_secs: part.from_secs, to_secs, of: Box::new(chain.origin) }, ..chain }
}
