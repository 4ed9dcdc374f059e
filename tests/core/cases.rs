//! Files as the world writes them: a folder of real ones and of small variants of them, where `ZOETROPE_CASES` names it or it lies beside
//! the checkout. Each is read as it should be, or refused in a sentence that says what is wrong; a table says how each ended.

use std::path::{Path, PathBuf};
use zoetrope::formats::{self, ClipChoice, ReadOptions, Reading};
use zoetrope::motion::{Joint, Motion};

/// What is right for a file.
enum Right {
    /// It is read: frames, frames a second.
    Reads(usize, f32),
    /// The same motion as the base of its folder, within centimetres.
    Same(f32),
    /// The beginning of the base: so many frames of the file.
    Begins(usize),
    /// The base with a rate of its own, and a note.
    Paced(f32),
    /// It is read, whatever it holds.
    Any,
    /// One line with these words in it.
    Refused(&'static [&'static str]),
    /// Read, or refused with the missing part named: mapping by structure is not here yet.
    Either(&'static [&'static str]),
}

use Right::{Any, Begins, Either, Paced, Reads, Refused, Same};

const MISSING: &[&str] = &["no joint of the skeleton"];

const CASES: [(&str, Right); 97] = [
    ("bvh/assimp_Boxing_Toes.bvh", Reads(3069, 100.0)),
    ("bvh/pybvh_bvh_test1.bvh", Reads(75, 30.0)),
    ("bvh/pybvh_bvh_test2.bvh", Reads(61, 120.0)),
    ("bvh/pybvh_bvh_test3.bvh", Reads(100, 120.0)),
    ("bvh/pybvh_standard_skeleton.bvh", Reads(1, 120.0)),
    ("bvh/pybvh_cmu_12_01_walk.bvh", Reads(524, 120.0)),
    ("bvh/pybvh_full_precision_frame_time.bvh", Refused(MISSING)),
    ("bvh/pybvh_rotation_first_root.bvh", Refused(MISSING)),
    ("bvh/animateddrawings_cmu1_jumping_jacks.bvh", Reads(125, 30.0)),
    ("bvh/animateddrawings_rokoko_jesse_dance.bvh", Reads(1007, 100.0)),
    ("gltf/khronos_CesiumMan.glb", Either(MISSING)),
    ("gltf/khronos_RiggedSimple.glb", Refused(MISSING)),
    ("gltf/playcanvas_bitmoji_walk.glb", Any),
    ("gltf/playcanvas_bitmoji_model.glb", Refused(&["no animation"])),
    ("gltf/playcanvas_cube.animation.glb", Refused(MISSING)),
    ("gltf/assimp_quad_skin.glb", Refused(&["no "])),
    ("gltf/assimp_RecursiveNodes.gltf", Refused(&["node"])),
    ("gltf/assimp_NoScene.gltf", Refused(&["no animation"])),
    ("gltf/assimp_badNumber.gltf", Refused(&["glTF document"])),
    ("gltf/assimp_MissingBin.gltf", Refused(&[".bin", "not beside it"])),
    ("gltf/assimp_2CylinderEngine_matrices.glb", Refused(&["no animation"])),
    ("gltf/assimp_gltf1_BoxTextured.glb", Refused(&["glTF 1.0"])),
    ("gltf/kaykit_Med_General.glb", Any),
    ("gltf/kaykit_Med_MovementBasic.glb", Any),
    ("gltf/kaykit_Med_Simulation.glb", Any),
    ("vrm/nop.vrma", Either(&["no "])),
    ("vrm/pixiv_test.vrma", Either(&["no "])),
    ("vrm/basic_armature_vrm0.vrm", Refused(&["no animation"])),
    ("vrm/blender_basic_armature_vrm1.vrm", Refused(&["no animation"])),
    ("vrm/blender_multi_root_armature_vrm1.vrm", Refused(&["no animation"])),
    ("vrm/blender_non_humanoid.vrm", Refused(&["no animation"])),
    ("vrm/blender_armature_transform.vrm", Refused(&["no animation"])),
    ("vrm/broken_empty.vrm", Refused(&["no "])),
    ("vrm/broken_extensions_required.vrm", Refused(&["VRMC_"])),
    ("vrm/broken_human_bone.vrm", Refused(&["12345"])),
    ("fbx/ufbx_maya_human_ik_6100_ascii.fbx", Reads(120, 24.0)),
    ("fbx/ufbx_maya_human_ik_7400_binary.fbx", Reads(120, 24.0)),
    ("fbx/ufbx_fuzz_0003.fbx", Refused(MISSING)),
    ("fbx/assimp_cubes_nonames.fbx", Refused(MISSING)),
    ("fbx/ufbx_max7_skin_5000_binary.fbx", Refused(MISSING)),
    ("fbx/ufbx_max_colon_name_7500_ascii.fbx", Refused(MISSING)),
    ("fbx/ufbx_maya_anim_no_inherit_scale_7700_ascii.fbx", Refused(MISSING)),
    ("fbx/ufbx_motionbuilder_actor_7700_ascii.fbx", Refused(MISSING)),
    ("smpl/kimodo_soma-rp_01_single_text_prompt.npz", Refused(&["no AMASS file", "Kimodo"])),
    ("smpl/kimodo_g1-rp_01_single_text_prompt.npz", Refused(&["no AMASS file", "Kimodo"])),
    ("smpl/kimodo_g1-rp_07_text_terrain.npz", Refused(&["no AMASS file", "Kimodo"])),
    ("smpl/kimodo_smplx22_beta.npy", Refused(&["300 numbers"])),
    ("smpl/kimodo_soma77_skin_standard.npz", Refused(&["body model"])),
    ("smpl/pybvh_foot_contacts_pinned.npz", Refused(&["no AMASS file"])),
    ("derived/bom.bvh", Same(0.1)),
    ("derived/bom_crlf.bvh", Same(0.1)),
    ("derived/brace_on_same_line.bvh", Same(0.1)),
    ("derived/comma_decimals.bvh", Refused(&["line", "comma"])),
    ("derived/cr_only.bvh", Same(0.1)),
    ("derived/ctrl_z_at_end.bvh", Same(0.1)),
    ("derived/end_site_lowercase.bvh", Same(0.1)),
    ("derived/fewer_rows_than_declared.bvh", Begins(40)),
    ("derived/fps_1.bvh", Paced(1.0)),
    ("derived/fps_1000.bvh", Paced(1000.0)),
    ("derived/frame_time_0.041667_of_a_120fps_take_pantomatrix93.bvh", Reads(61, 24.0)),
    ("derived/frame_time_zero.bvh", Refused(&["Frame Time", "--source-fps"])),
    ("derived/frames_4000000000.bvh", Same(0.1)),
    ("derived/frames_no_colon.bvh", Same(0.1)),
    ("derived/frames_zero.bvh", Refused(&["no frames"])),
    ("derived/inches_scale.bvh", Same(0.1)),
    ("derived/json_nested_100000_deep.glb", Refused(&["no "])),
    ("derived/kaykit_one_key_bufferless_time.glb", Any),
    ("derived/kaykit_run.glb", Any),
    ("derived/kaykit_run_accessor_count_2_pow_62.glb", Refused(&["accessor"])),
    ("derived/kaykit_run_cubicspline.glb", Same(0.1)),
    ("derived/kaykit_run_data_uri.gltf", Same(0.1)),
    ("derived/kaykit_run_japanese_arm_names.glb", Either(MISSING)),
    ("derived/kaykit_run_node_cycle.glb", Refused(&["node"])),
    ("derived/kaykit_run_quaternion_signs_alternate.glb", Same(0.1)),
    ("derived/kaykit_run_requires_draco.glb", Same(0.1)),
    ("derived/kaykit_run_root_as_matrix.glb", Same(0.1)),
    ("derived/kaykit_run_rotations_normalized_short.glb", Same(0.1)),
    ("derived/kaykit_run_sketchfab_suffixes.glb", Same(0.1)),
    ("derived/kaykit_run_step.glb", Same(12.0)),
    ("derived/kaykit_run_times_start_at_5s.glb", Same(0.1)),
    ("derived/kaykit_run_under_armature_scale_0.01_turned.glb", Same(0.1)),
    ("derived/keywords_lowercase.bvh", Same(0.1)),
    ("derived/metres_not_centimetres.bvh", Same(0.1)),
    ("derived/more_rows_than_declared.bvh", Begins(40)),
    ("derived/names_character_namespace.bvh", Same(0.1)),
    ("derived/names_mixamorig_underscore.bvh", Same(0.1)),
    ("derived/names_with_colon_and_digit_mixamorig7.bvh", Same(0.1)),
    ("derived/names_with_spaces.bvh", Same(0.1)),
    ("derived/nan_values_motionet14.bvh", Refused(&["line", "nan"])),
    ("derived/no_end_site.bvh", Same(0.5)),
    ("derived/no_final_newline.bvh", Same(0.1)),
    ("derived/one_frame.bvh", Begins(1)),
    ("derived/one_value_per_line.bvh", Same(0.1)),
    ("derived/root_without_position.bvh", Reads(61, 120.0)),
    ("derived/scientific_notation.bvh", Same(0.1)),
    ("derived/six_channels_every_joint.bvh", Same(0.1)),
    ("derived/trailing_spaces_and_blank_lines.bvh", Same(0.1)),
];
/// Cut off in the middle of a row, and with a second person: apart, because what is right needs more words.
const TRUNCATED: &str = "derived/truncated_mid_row.bvh";
const TWO_ROOTS: &str = "derived/two_roots.bvh";
const TWO_FRAMES: &str = "derived/two_frames.bvh";

fn folder() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/cases");
    let folder = std::env::var_os("ZOETROPE_CASES").map_or_else(beside, PathBuf::from);
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no folder of cases");
    None
}

fn read(path: &Path) -> Result<Reading, String> {
    formats::read_with(path, &ReadOptions::default()).map_err(|error| error.to_string())
}

/// The largest distance between joints in the frames that both have, centimetres.
fn apart_cm(a: &Motion, b: &Motion) -> f32 {
    let distance = |(a, b): (&zoetrope::motion::Pose, &zoetrope::motion::Pose)| {
        let (a, b) = (a.world().positions_m, b.world().positions_m);
        a.iter().zip(&b).map(|(a, b)| a.distance(*b)).fold(0.0, f32::max)
    };
    100.0 * a.frames.iter().zip(&b.frames).map(distance).fold(0.0, f32::max)
}

/// What is wrong with how a case ended; nothing if it is right.
fn fault(right: &Right, outcome: &Result<Reading, String>, base: &Reading) -> Option<String> {
    let lacks =
        |message: &str, words: &[&str]| words.iter().find(|word| !message.contains(**word)).map(|word| format!("it does not say {word}"));
    let recorded = |reading: &Reading, frames: usize, fps: f32| {
        let found = (reading.recorded.frames, reading.recorded.fps);
        (found.0 != frames || (found.1 - fps).abs() > 1e-4).then(|| format!("{found:?} instead of {frames} at {fps}"))
    };
    match (right, outcome) {
        (Refused(words) | Either(words), Err(message)) => lacks(message, words),
        (Refused(_), Ok(_)) => Some("it was read".to_owned()),
        (Either(_) | Any, Ok(reading)) => reading.motion.is_empty().then(|| "no frames".to_owned()),
        (Reads(frames, fps), Ok(reading)) => recorded(reading, *frames, *fps),
        (Same(most_cm), Ok(reading)) => {
            let apart = apart_cm(&reading.motion, &base.motion);
            let lengths = (reading.motion.len(), base.motion.len());
            (apart > *most_cm || lengths.0 != lengths.1).then(|| format!("{apart:.2} cm apart, frames {lengths:?}"))
        }
        (Begins(frames), Ok(reading)) => recorded(reading, *frames, base.recorded.fps).or_else(|| {
            let apart = apart_cm(&reading.motion, &base.motion);
            // The floor of a part is found from the part alone.
            (apart > 3.0).then(|| format!("{apart:.2} cm apart"))
        }),
        (Paced(fps), Ok(reading)) => recorded(reading, base.recorded.frames, *fps)
            .or_else(|| (!reading.notes.iter().any(|note| note.contains("--source-fps"))).then(|| "no note".to_owned())),
        (_, Err(message)) => Some(message.clone()),
    }
}

fn base_of<'a>(name: &str, bases: &'a [Reading; 2]) -> &'a Reading {
    if name.contains("kaykit") { &bases[1] } else { &bases[0] }
}

#[test]
fn every_case_is_read_or_refused_as_it_should_be() {
    let Some(folder) = folder() else { return };
    let bases = ["bvh/pybvh_bvh_test2.bvh", "derived/kaykit_run.glb"].map(|name| read(&folder.join(name)).expect(name));
    let mut faults = Vec::new();
    for (name, right) in &CASES {
        let path = folder.join(name);
        let outcome = read(&path);
        let said = match &outcome {
            Ok(reading) => {
                let recorded = &reading.recorded;
                format!("{} frames at {}, {}", recorded.frames, recorded.fps, reading.notes.join("; "))
            }
            Err(message) => message.rsplit('/').next().map_or(String::new(), |_| message.replace(&*folder.to_string_lossy(), "")),
        };
        let fault = fault(right, &outcome, base_of(name, &bases));
        println!("{:5} {name}: {said}", if fault.is_some() { "WRONG" } else { "right" });
        if let Err(message) = &outcome {
            assert!(!message.contains(char::is_control), "{name}: {message}");
        }
        faults.extend(fault.map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn what_is_cut_off_is_read_to_there_and_other_persons_are_mentioned() {
    let Some(folder) = folder() else { return };
    let base = read(&folder.join("bvh/pybvh_bvh_test2.bvh")).expect("the base");
    let cut = read(&folder.join(TRUNCATED)).expect("the whole rows");
    assert!((2..61).contains(&cut.recorded.frames) && cut.notes.iter().any(|note| note.contains("cut off")), "{:?}", cut.notes);
    assert!(apart_cm(&cut.motion, &base.motion) < 3.0);
    let two = read(&folder.join(TWO_ROOTS)).expect("the first person");
    assert!(apart_cm(&two.motion, &base.motion) < 0.1 && two.notes.iter().any(|note| note.contains("another person")), "{:?}", two.notes);
    assert_eq!(read(&folder.join(TWO_FRAMES)).expect("two frames").recorded.frames, 2);
}

/// The median height of the hips of a motion (the first frames of a capture may stand elsewhere than its take), and how far its lowest
/// joint ever is from the floor, metres.
fn stance(motion: &Motion) -> (f32, f32) {
    let worlds: Vec<_> = motion.frames.iter().map(|pose| pose.world().positions_m).collect();
    let lowest = worlds.iter().flatten().map(|place| place.y).fold(f32::INFINITY, f32::min);
    let mut hips: Vec<f32> = worlds.iter().map(|places| places[Joint::Pelvis as usize].y).collect();
    hips.sort_by(f32::total_cmp);
    (hips[hips.len() / 2], lowest)
}

#[test]
fn people_stand_upright_on_the_floor_whichever_axis_is_up() {
    let Some(folder) = folder() else { return };
    for name in ["pybvh_bvh_test1", "pybvh_bvh_test2", "pybvh_bvh_test3", "animateddrawings_rokoko_jesse_dance", "pybvh_cmu_12_01_walk"] {
        let reading = read(&folder.join(format!("bvh/{name}.bvh"))).expect(name);
        let (hips, lowest) = stance(&reading.motion);
        assert!(
            (0.75..1.05).contains(&hips) && (-0.15..0.1).contains(&lowest),
            "{name}: hips at {hips:.2} m, lowest joint at {lowest:.2} m"
        );
    }
}

#[test]
fn many_animations_are_listed_and_chosen() {
    let Some(folder) = folder() else { return };
    let path = folder.join("gltf/kaykit_Med_General.glb");
    let listed = read(&path).expect("an animation");
    assert_eq!(listed.animations.len(), 15);
    assert!(listed.animations[listed.taken].moves);
    let still = listed.animations.iter().find(|animation| animation.name.ends_with("T-Pose")).expect("a T-pose");
    assert!(!still.moves, "a single pose moves nothing");
    let chosen =
        |clip: &str| formats::read_with(&path, &ReadOptions { clip: Some(ClipChoice::Named(clip.to_owned())), ..ReadOptions::default() });
    for clip in ["Rig_Medium|Idle_B", "idle_b", "8"] {
        assert_eq!(chosen(clip).expect(clip).taken, 7, "{clip}");
    }
    let message = chosen("Walk").expect_err("no walk").to_string();
    assert!(message.contains("Walk") && message.contains("--clip"), "{message}");
}

/// Files with characters: their joints, meshes, and whether they are human.
const CHARACTERS: [(&str, usize, usize, bool); 12] = [
    ("gltf/khronos_CesiumMan.glb", 20, 1, true),
    ("gltf/playcanvas_bitmoji_model.glb", 69, 2, true),
    ("gltf/kaykit_Med_General.glb", 24, 0, true),
    ("gltf/khronos_RiggedSimple.glb", 5, 1, false),
    ("gltf/assimp_2CylinderEngine_matrices.glb", 82, 115, false),
    ("gltf/assimp_quad_skin.glb", 12, 1, false),
    ("vrm/basic_armature_vrm0.vrm", 54, 0, true),
    ("vrm/blender_basic_armature_vrm1.vrm", 54, 0, true),
    ("vrm/blender_armature_transform.vrm", 17, 21, true),
    ("fbx/ufbx_maya_human_ik_6100_ascii.fbx", 112, 0, true),
    ("fbx/ufbx_maya_human_ik_7400_binary.fbx", 112, 0, true),
    ("fbx/assimp_cubes_nonames.fbx", 4, 4, false),
];

#[test]
fn characters_have_their_joints_and_meshes_and_humans_are_told_from_others() {
    let Some(folder) = folder() else { return };
    for (name, joints, meshes, is_human) in CHARACTERS {
        let read = formats::read_character(&folder.join(name)).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((read.rig.len(), read.meshes.len()), (joints, meshes), "{name}");
        let world = read.rig.rest_world().positions;
        assert!(world.iter().all(|place| place.is_finite() && place.length() < 25.0), "{name}");
        assert_eq!(read.character().is_ok(), is_human, "{name}");
    }
    for name in [
        "gltf/assimp_NoScene.gltf",
        "gltf/assimp_MissingBin.gltf",
        "vrm/broken_empty.vrm",
        "vrm/broken_extensions_required.vrm",
        "vrm/broken_human_bone.vrm",
        "derived/kaykit_run_node_cycle.glb",
    ] {
        let error = formats::read_character(&folder.join(name)).expect_err(name).to_string();
        assert!(!error.contains('\n') && error.contains(name.rsplit('/').next().unwrap_or(name)), "{error}");
    }
}
