//! The end of a build, when it is known which clips there are: the split, compositions, lists, tables and statistics.

use super::assigned::{Clip, assigned};
use super::clips::mirrored_name;
use super::compose;
use super::figures::Reason;
use super::options::BuildOptions;
use super::performers::Part;
use super::record::{Outcome, Rejected};
use super::report::{BuildReport, Stage};
use super::sources::{Found, Source};
use crate::motion::FPS;
use crate::train::dataset::{Dataset, DatasetError, Layout, Purpose, Split, TOKENIZER_FRAMES, layout, statistics};
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

/// Writes all but the clips themselves; `outcomes` are of `found.sources`, in their order, with whether they are of an earlier run.
pub(super) fn finish(
    options: &BuildOptions,
    layout: &Layout,
    found: &Found,
    outcomes: &[(Outcome, bool)],
    progress: &(dyn Fn(Stage, usize, usize) + Sync),
    cancel: &AtomicBool,
) -> Result<BuildReport, DatasetError> {
    let of_source = || found.sources.iter().zip(outcomes.iter().map(|(outcome, _)| outcome));
    let rejected = write_rejected(layout, found, of_source())?;
    let clips = assigned(options, of_source());
    if clips.is_empty() {
        let help = "read rejected.tsv in it, which says why, or loosen the lengths";
        return Err(DatasetError::Nothing { path: layout.root().to_owned(), found: found.sources.len(), help });
    }
    let composed = compose::compose(options, layout, &clips, &|done, of| progress(Stage::Compositions, done, of), cancel)?;
    write_lists(options, layout, &clips, &composed)?;
    write_clips(layout, &clips)?;
    let dataset = Dataset::open(layout.root())?;
    statistics::write(&dataset, options.threads, &|done, of| progress(Stage::Statistics, done, of), cancel)?;

    let count = |part: Part, of: &dyn Fn(&Clip<'_>) -> bool| clips.iter().filter(|clip| clip.part == part && of(clip)).count();
    let performers = |part: Part| {
        let mut names: Vec<&str> = clips.iter().filter(|clip| clip.part == part).map(|clip| clip.source.performer.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.len()
    };
    let parts = [Part::Train, Part::Val, Part::Test];
    Ok(BuildReport {
        files: found.sources.len(),
        resumed: outcomes.iter().filter(|(_, resumed)| *resumed).count(),
        clips: clips.len(),
        minutes: clips.iter().map(|clip| clip.kept.figures.frames as f32 / FPS / 60.0).sum(),
        for_generator: parts.map(|part| count(part, &|clip| clip.kept.for_generator)),
        performers: parts.map(performers),
        mirrored: if options.mirror { clips.len() } else { 0 },
        composed: composed.len(),
        rejected,
        warnings: found.warnings.clone(),
    })
}

fn write_lists(options: &BuildOptions, layout: &Layout, clips: &[Clip<'_>], composed: &[String]) -> Result<(), DatasetError> {
    let list = |names: &[String]| names.iter().map(|name| format!("{name}\n")).collect::<String>();
    for (purpose, fits) in [
        (Purpose::Generator, (|clip| clip.kept.for_generator) as fn(&Clip<'_>) -> bool),
        (Purpose::Tokenizer, |clip| clip.kept.figures.frames >= TOKENIZER_FRAMES),
    ] {
        let mut all = Vec::new();
        for (part, split) in [(Part::Train, Split::Train), (Part::Val, Split::Val), (Part::Test, Split::Test)] {
            let mut names = Vec::new();
            for clip in clips.iter().filter(|clip| clip.part == part && fits(clip)) {
                names.push(clip.kept.name.clone());
                names.extend(options.mirror.then(|| mirrored_name(&clip.kept.name)));
            }
            if (purpose, split) == (Purpose::Generator, Split::Train) {
                names.extend_from_slice(composed);
            }
            layout::write_text(&layout.split(purpose, split), &list(&names))?;
            all.extend(names);
        }
        layout::write_text(&layout.split(purpose, Split::All), &list(&all))?;
    }
    Ok(())
}

fn write_rejected<'a>(
    layout: &Layout,
    found: &Found,
    outcomes: impl Iterator<Item = (&'a Source, &'a Outcome)>,
) -> Result<BTreeMap<Reason, usize>, DatasetError> {
    let mut counts: BTreeMap<Reason, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for missing in &found.missing {
        let (file, why) = missing.split_once('\t').unwrap_or((missing, ""));
        *counts.entry(Reason::MissingFile).or_default() += 1;
        rows.push(row(&[file, Reason::MissingFile.name(), why, "all", file]));
    }
    for (source, outcome) in outcomes {
        for Rejected { name, fault } in &outcome.rejected {
            *counts.entry(fault.reason).or_default() += 1;
            let from = if fault.reason.leaves_tokenizer() { "generator" } else { "all" };
            rows.push(row(&[name, fault.reason.name(), &fault.figure, from, &source.file.display().to_string()]));
        }
    }
    write_table(&layout.rejected(), &["clip", "reason", "figure", "left out of", "file"], rows.into_iter())?;
    Ok(counts)
}

fn write_clips(layout: &Layout, clips: &[Clip<'_>]) -> Result<(), DatasetError> {
    let rows = clips.iter().map(|clip| {
        let part = match clip.part {
            Part::Train => Split::Train,
            Part::Val => Split::Val,
            Part::Test => Split::Test,
        };
        let figures = clip.kept.figures;
        let numbers = [
            figures.speed_m_per_sec,
            figures.step_m,
            figures.jolt_m,
            figures.heading_step_deg,
            figures.jerk_mm,
            figures.jerk_peak_mm,
            figures.frozen_secs,
            figures.broken_pct,
            figures.float_pct,
            figures.sink_pct,
            figures.contact_pct,
            figures.slip_mm,
            figures.slide_mm,
        ];
        let numbers = numbers.map(|number| format!("{number:.3}")).join("\t");
        let from = clip.kept.from_frame.to_string();
        let frames = figures.frames.to_string();
        let file = clip.source.file.display().to_string();
        let told = row(&[&clip.kept.name, part.name(), &clip.source.performer, &file, &from, &frames]);
        format!("{}\t{numbers}\n", told.trim_end_matches('\n'))
    });
    let header = [
        "clip",
        "part",
        "performer",
        "file",
        "from_frame",
        "frames",
        "speed_m_per_sec",
        "step_m",
        "jolt_m",
        "heading_step_deg",
        "jerk_mm",
        "jerk_peak_mm",
        "frozen_secs",
        "broken_pct",
        "float_pct",
        "sink_pct",
        "contact_pct",
        "slip_mm",
        "slide_mm",
    ];
    write_table(&layout.clips(), &header, rows)
}

/// Fields of a row of a table, which tabs separate.
fn row(fields: &[&str]) -> String {
    let fields: Vec<String> = fields.iter().map(|field| field.replace(['\t', '\n', '\r'], " ")).collect();
    fields.join("\t") + "\n"
}

/// Writes a table.
fn write_table(path: &Path, header: &[&str], rows: impl Iterator<Item = String>) -> Result<(), DatasetError> {
    layout::write_text(path, &[row(header)].into_iter().chain(rows).collect::<String>())
}
