//! `zoetrope inspect FILE --bones`: which joint of a file's skeleton plays which part of the body.

use super::error::CliError;
use super::progress::{answer, say};
use crate::files::{LONGEST_LINE, one_line};
use crate::formats;
use crate::motion::NameStyle;
use crate::motion::mapping::{Mapping, Presets, find_parts};
use crate::motion::rig::Rig;
use std::path::Path;

/// A part of the body, the joint that was taken for it, how and how surely.
struct Row<'a> {
    part: &'static str,
    joint: Option<&'a str>,
    how: String,
    confidence: f32,
}

pub(super) fn run(file: &Path, presets: &Presets, json: bool) -> Result<(), CliError> {
    let mut rig = formats::read_rig(file).map_err(CliError::from_below)?;
    if let Some(name) = presets.decide(&mut rig) {
        say(&one_line(&format!("note: the mapping preset \"{name}\" says which joint is which"), LONGEST_LINE));
    }
    let mapping = Mapping::of(&rig);
    let rows = rows(&rig, mapping.as_ref().ok());
    if json {
        answer(&as_json(&rows, mapping.as_ref().err().map(ToString::to_string)));
        return Ok(());
    }
    if let Err(error) = &mapping {
        say(&format!("note: {error}"));
    }
    answer(&rows.iter().map(line).collect::<Vec<_>>().join("\n"));
    Ok(())
}

fn rows<'a>(rig: &'a Rig, mapping: Option<&Mapping>) -> Vec<Row<'a>> {
    let name = |joint: usize| rig.names()[joint].as_str();
    let parts = NameStyle::Smpl.joint_names();
    let found = find_parts(rig).into_iter().zip(parts).map(|(found, part)| Row {
        part,
        joint: found.map(|found| name(found.joint)),
        how: found.map_or_else(|| "not found".to_owned(), |found| found.by.to_string()),
        confidence: found.map_or(0.0, |found| found.by.confidence()),
    });
    let mut rows: Vec<Row<'_>> = found.filter(|row| !row.part.starts_with("Spine")).collect();
    let spine = mapping.map(Mapping::spine).unwrap_or_default();
    for joint in spine.into_iter().skip(1) {
        rows.push(Row { part: "spine", joint: Some(name(joint)), how: "between pelvis and arms".to_owned(), confidence: 0.9 });
    }
    if let Some(ground) = mapping.and_then(Mapping::ground) {
        rows.push(Row { part: "ground", joint: Some(name(ground)), how: "by its name, below the pelvis".to_owned(), confidence: 0.9 });
    }
    rows
}

fn line(row: &Row<'_>) -> String {
    let joint = one_line(row.joint.unwrap_or("-"), 40);
    format!("{:<11} {joint:<32} {:>3.0} %  {}", row.part, 100.0 * row.confidence, row.how)
}

fn as_json(rows: &[Row<'_>], missing: Option<String>) -> String {
    let row = |row: &Row<'_>| serde_json::json!({ "part": row.part, "joint": row.joint, "how": row.how, "confidence": row.confidence });
    serde_json::json!({ "bones": rows.iter().map(row).collect::<Vec<_>>(), "missing": missing }).to_string()
}
