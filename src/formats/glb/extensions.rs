//! What a glTF file demands of its reader: extensions that change nothing of a motion, that hide it, or that nobody knows.

use crate::formats::error::Fault;

/// Beginnings of the names of extensions that concern surfaces, light, sound and rights, never the joints and their key frames.
const BESIDE_THE_MOTION: [&str; 22] = [
    "KHR_materials_",
    "KHR_texture_",
    "KHR_lights_",
    "KHR_mesh_quantization",
    "KHR_node_visibility",
    "KHR_animation_pointer",
    "KHR_xmp",
    "KHR_audio",
    "EXT_texture_",
    "EXT_lights_",
    "EXT_mesh_gpu_instancing",
    "EXT_mesh_features",
    "EXT_structural_metadata",
    "MSFT_texture_",
    "MSFT_lod",
    "MSFT_packing_",
    "AGI_",
    "CESIUM_",
    "GODOT_",
    "MOZ_",
    "VRMC_vrm",
    "VRMC_materials_mtoon",
];

/// VRM 0's own, which is the beginning of others.
const VRM_0: &str = "VRM";

/// Compression of meshes alone: their key frames are plain.
const COMPRESSED_MESHES: &str = "KHR_draco_mesh_compression";

/// Notes on the extensions that a file requires, where its motion can be read.
pub(super) fn check(required: &[String]) -> Result<Vec<String>, Fault> {
    let mut notes = Vec::new();
    for name in required {
        if name == COMPRESSED_MESHES {
            notes.push(format!("the meshes are compressed ({name}); only the motion is read"));
        } else if name.ends_with("_meshopt_compression") {
            return Err(Fault::new(format!("key frames that are compressed ({name})"), "export it without compression"));
        } else if name != VRM_0 && !BESIDE_THE_MOTION.iter().any(|begin| name.starts_with(begin)) {
            return Err(Fault::new(format!("a required extension that is not known, {name},"), "export it as plain glTF 2.0"));
        }
    }
    Ok(notes)
}

/// Refuses a file whose meshes cannot be read.
pub(super) fn check_meshes(required: &[String]) -> Result<(), Fault> {
    match required.iter().find(|name| *name == COMPRESSED_MESHES) {
        Some(name) => Err(Fault::new(format!("meshes that are compressed ({name})"), "export it without compression")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_hides_the_motion_is_named_and_what_does_not_is_read() {
        let check = |name: &str| check(&[name.to_owned()]).map_err(|fault| fault.while_reading("a.glb".as_ref()).to_string());
        assert_eq!(check("KHR_texture_basisu"), Ok(Vec::new()));
        assert!(check("KHR_draco_mesh_compression").expect("read")[0].contains("KHR_draco_mesh_compression"));
        assert!(check("VRM").is_ok() && check("VRMC_vrm_animation").is_ok());
        for (name, help) in
            [("EXT_meshopt_compression", "without compression"), ("ACME_rig", "plain glTF"), ("VRMC_node_constraint", "plain glTF")]
        {
            let message = check(name).expect_err("refused");
            assert!(message.contains(name) && message.contains(help), "{message}");
        }
    }
}
