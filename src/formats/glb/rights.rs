//! What a glTF file says of its maker and of what may be done with it: VRM's meta data, Sketchfab's extras, the copyright line.

use super::container::Container;
use serde_json::Value;

/// What is told, by its place in the document. The first that is there counts.
const TOLD: [(&str, &[&str]); 10] = [
    ("title", &["/extensions/VRMC_vrm/meta/name", "/extensions/VRM/meta/title", "/asset/extras/title"]),
    ("author", &["/extensions/VRMC_vrm/meta/authors", "/extensions/VRM/meta/author", "/asset/extras/author"]),
    ("copyright", &["/extensions/VRMC_vrm/meta/copyrightInformation", "/asset/copyright"]),
    ("licence", &["/extensions/VRM/meta/licenseName", "/asset/extras/license", "/extensions/VRMC_vrm/meta/otherLicenseUrl"]),
    ("licence text", &["/extensions/VRMC_vrm/meta/licenseUrl", "/extensions/VRM/meta/otherLicenseUrl"]),
    ("may be worn by", &["/extensions/VRMC_vrm/meta/avatarPermission", "/extensions/VRM/meta/allowedUserName"]),
    // The misspelling is the format's own.
    ("commercial use", &["/extensions/VRMC_vrm/meta/commercialUsage", "/extensions/VRM/meta/commercialUssageName"]),
    ("passing on", &["/extensions/VRMC_vrm/meta/allowRedistribution"]),
    ("changes", &["/extensions/VRMC_vrm/meta/modification"]),
    ("credit", &["/extensions/VRMC_vrm/meta/creditNotation"]),
];
/// Letters of a line that are kept.
const MOST_LETTERS: usize = 200;

/// A line each, as `author: …`.
pub(super) fn of(container: &Container<'_>) -> Vec<String> {
    let Ok(document) = serde_json::from_slice::<Document>(&container.json) else { return Vec::new() };
    let document = serde_json::json!({ "extensions": document.extensions, "asset": document.asset });
    let line = |(what, places): &(&str, &[&str])| {
        let value = places.iter().filter_map(|place| document.pointer(place)).find_map(text)?;
        Some(format!("{what}: {}", value.chars().take(MOST_LETTERS).collect::<String>()))
    };
    TOLD.iter().filter_map(line).collect()
}

#[derive(serde::Deserialize)]
#[serde(default)]
#[derive(Default)]
struct Document {
    extensions: Value,
    asset: Value,
}

fn text(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Array(all) => all.iter().filter_map(text).collect::<Vec<_>>().join(", "),
        _ => String::new(),
    };
    (!text.is_empty()).then_some(text)
}
