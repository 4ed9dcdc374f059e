//! One walk written as many programs would write it: syntax, names, units, axes. It is read as the same walk; where a file is damaged, to
//! there, or the message says where.

use glam::{EulerRot, Quat, Vec3, vec3};
use std::fmt::Write;
use std::path::Path;
use zoetrope::formats::{self, ReadOptions, Reading};
use zoetrope::motion::{JOINT_COUNT, Joint, Motion, NameStyle, PARENTS, Pose, REST_OFFSETS_M, rest_positions};

const FRAMES: usize = 45;

/// A walk whose lower foot is on the floor in every frame.
pub(crate) fn walk() -> Motion {
    let feet = [Joint::LAnkle, Joint::RAnkle, Joint::LFoot, Joint::RFoot];
    let frames = (0..FRAMES).map(|frame| {
        let t = frame as f32 / 30.0;
        let stride = (6.0 * t).sin();
        let mut pose = Pose { root_m: vec3(0.1 * t, 0.9, 1.1 * t), ..Pose::REST };
        let turned = |x: f32| Quat::from_rotation_x(x);
        pose.local[0] = Quat::from_rotation_y(0.2 * t);
        pose.local[Joint::LHip as usize] = turned(-0.4 * stride);
        pose.local[Joint::RHip as usize] = turned(0.4 * stride);
        pose.local[Joint::LKnee as usize] = turned(0.3 + 0.3 * stride.max(0.0));
        pose.local[Joint::RKnee as usize] = turned(0.3 + 0.3 * (-stride).max(0.0));
        pose.local[Joint::Spine2 as usize] = Quat::from_rotation_y(0.1 * stride);
        pose.local[Joint::LShoulder as usize] = Quat::from_rotation_y(-0.3 * stride) * Quat::from_rotation_z(-1.1);
        pose.local[Joint::RShoulder as usize] = Quat::from_rotation_y(-0.3 * stride) * Quat::from_rotation_z(1.1);
        pose.local[Joint::LElbow as usize] = Quat::from_rotation_y(-0.4);
        pose.local[Joint::RElbow as usize] = Quat::from_rotation_y(0.4);
        let (world, rest) = (pose.world().positions_m, rest_positions());
        let above = feet.map(|joint| world[joint as usize].y - rest[joint as usize].y);
        pose.root_m.y -= above.into_iter().fold(f32::INFINITY, f32::min);
        pose
    });
    Motion { frames: frames.collect() }
}

/// How one program writes.
struct Dialect {
    name: fn(usize) -> String,
    units_per_m: f32,
    order: (EulerRot, [&'static str; 3]),
    /// Turns of the rest pose and of the take away from Y up.
    rest_up: Quat,
    take_up: Quat,
    has_ends: bool,
    /// Where the root is in the rest pose, metres; and whether its places in the take count from there.
    root_m: Vec3,
    from_root: bool,
}

fn cmu(joint: usize) -> String {
    NameStyle::Mixamo.joint_names()[joint].to_owned()
}

impl Default for Dialect {
    fn default() -> Self {
        let order = (EulerRot::ZXY, ["Zrotation", "Xrotation", "Yrotation"]);
        Self {
            name: cmu,
            units_per_m: 100.0,
            order,
            rest_up: Quat::IDENTITY,
            take_up: Quat::IDENTITY,
            has_ends: true,
            root_m: Vec3::ZERO,
            from_root: false,
        }
    }
}

impl Dialect {
    fn joint(&self, text: &mut String, joint: usize) {
        let kind = if joint == 0 { "ROOT" } else { "JOINT" };
        let places = if joint == 0 { "6 Xposition Yposition Zposition" } else { "3" };
        let offset = self.rest_up * if joint == 0 { self.root_m } else { REST_OFFSETS_M[joint] } * self.units_per_m;
        let rotations = self.order.1.join(" ");
        let name = (self.name)(joint);
        writeln!(text, "{kind} {name}\n{{\nOFFSET {:.6} {:.6} {:.6}\nCHANNELS {places} {rotations}", offset.x, offset.y, offset.z)
            .expect("text");
        let children: Vec<usize> = (0..JOINT_COUNT).filter(|child| PARENTS[*child] == Some(joint)).collect();
        for child in &children {
            self.joint(text, *child);
        }
        if children.is_empty() && self.has_ends {
            let end = self.rest_up * vec3(0.0, 0.0, 0.05) * self.units_per_m;
            writeln!(text, "End Site\n{{\nOFFSET {:.6} {:.6} {:.6}\n}}", end.x, end.y, end.z).expect("text");
        }
        text.push_str("}\n");
    }

    fn write(&self, motion: &Motion) -> String {
        let mut text = "HIERARCHY\n".to_owned();
        self.joint(&mut text, 0);
        writeln!(text, "MOTION\nFrames: {}\nFrame Time: 0.033333", motion.len()).expect("text");
        let mut order = Vec::new();
        depth_first(0, &mut order);
        for pose in &motion.frames {
            let from_m = if self.from_root { self.root_m } else { Vec3::ZERO };
            let root = self.take_up * (pose.root_m - from_m) * self.units_per_m;
            write!(text, "{:.6} {:.6} {:.6}", root.x, root.y, root.z).expect("text");
            for &joint in &order {
                // Joints turn about the axes of the rest pose.
                let own = self.rest_up * pose.local[joint] * self.rest_up.inverse();
                let local = if joint == 0 { self.take_up * self.rest_up.inverse() * own } else { own };
                let (a, b, c) = local.to_euler(self.order.0);
                for angle in [a, b, c] {
                    write!(text, " {:.6}", angle.to_degrees()).expect("text");
                }
            }
            text.push('\n');
        }
        text
    }
}

/// A file of the plainest dialect.
pub(crate) fn text(motion: &Motion) -> String {
    Dialect::default().write(motion)
}

fn depth_first(joint: usize, order: &mut Vec<usize>) {
    order.push(joint);
    for child in (0..JOINT_COUNT).filter(|child| PARENTS[*child] == Some(joint)) {
        depth_first(child, order);
    }
}

fn decode(bytes: &[u8]) -> Result<Reading, String> {
    formats::decode(Path::new("walk.bvh"), bytes, &ReadOptions::default()).map_err(|error| error.to_string())
}

#[track_caller]
fn assert_same(way: &str, walk: &Motion, bytes: &[u8]) -> Reading {
    let reading = decode(bytes).unwrap_or_else(|message| panic!("{way}: {message}"));
    assert_eq!(reading.motion.len(), walk.len(), "{way}: frames");
    for (frame, (ours, read)) in walk.frames.iter().zip(&reading.motion.frames).enumerate() {
        let (ours, read) = (ours.world().positions_m, read.world().positions_m);
        for joint in 0..JOINT_COUNT {
            let apart_m = ours[joint].distance(read[joint]);
            assert!(apart_m < 0.02, "{way}: {:?} in frame {frame} is {apart_m:.3} m away", Joint::ALL[joint]);
        }
    }
    reading
}

fn renamed(joint: usize, middle: [&str; 6], left: [&str; 8]) -> String {
    use Joint::*;
    let middles = [Pelvis, Spine1, Spine2, Spine3, Neck, Head];
    let lefts = [LHip, LKnee, LAnkle, LFoot, LCollar, LShoulder, LElbow, LWrist];
    let rights = [RHip, RKnee, RAnkle, RFoot, RCollar, RShoulder, RElbow, RWrist];
    let at = |joints: &[Joint]| joints.iter().position(|known| *known as usize == joint);
    if let Some(at) = at(&middles) {
        return middle[at].to_owned();
    }
    if let Some(at) = at(&lefts) {
        return left[at].to_owned();
    }
    let name = left[at(&rights).expect("a joint of ours")];
    let swaps = [("Left", "Right"), ("左", "右"), (" L ", " R "), ("_L_", "_R_"), (".L", ".R"), ("left", "right"), ("_l", "_r")];
    let (from, to) = swaps.iter().find(|(from, _)| name.contains(from)).expect("a sided name");
    name.replacen(from, to, 1)
}

#[test]
fn one_walk_in_many_ways_is_the_same_walk() {
    let walk = walk();
    let plain = Dialect::default().write(&walk);
    // Syntax.
    assert_same("plain", &walk, plain.as_bytes());
    assert_same("a byte order mark", &walk, format!("\u{feff}{plain}").as_bytes());
    let utf_16: Vec<u8> = format!("\u{feff}{plain}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_same("UTF-16", &walk, &utf_16);
    assert_same(
        "lines of DOS, an end mark and no last line end",
        &walk,
        format!("{}\u{1a}", plain.trim_end().replace('\n', "\r\n")).as_bytes(),
    );
    assert_same("lines of old Macs", &walk, plain.replace('\n', "\r").as_bytes());
    assert_same("small letters", &walk, lower_keywords(&plain).as_bytes());
    assert_same("braces behind the names", &walk, plain.replace("\n{", " {").as_bytes());
    assert_same(
        "labels without colon or blank",
        &walk,
        plain.replace("Frames: ", "Frames:").replace("Frame Time: ", "Frame Time\t").as_bytes(),
    );
    assert_same("ends spelt otherwise", &walk, plain.replace("End Site", "End site").as_bytes());
    assert_same("no ends", &walk, Dialect { has_ends: false, ..Dialect::default() }.write(&walk).as_bytes());
    let (head, rows) = plain.split_once("Frame Time: 0.033333\n").expect("a header");
    assert_same("a number a line", &walk, format!("{head}Frame Time: 0.033333\n{}", rows.replace(' ', "\n")).as_bytes());
    assert_same("numbers grown together", &walk, format!("{head}Frame Time: 0.033333\n{}", rows.replace(" -", "-")).as_bytes());
    assert_same("blanks and empty lines", &walk, plain.replace('\n', " \t\n\n").as_bytes());
    let other = (EulerRot::XYZ, ["Xrotation", "Yrotation", "Zrotation"]);
    assert_same("another order of angles", &walk, Dialect { order: other, ..Dialect::default() }.write(&walk).as_bytes());
    // Units.
    for (unit, units_per_m) in [("metres", 1.0), ("inches", 39.37), ("millimetres", 1000.0)] {
        assert_same(unit, &walk, Dialect { units_per_m, ..Dialect::default() }.write(&walk).as_bytes());
    }
    // Axes.
    let z_up = Quat::from_rotation_x(std::f32::consts::FRAC_PI_2);
    assert_same("Z up", &walk, Dialect { rest_up: z_up, take_up: z_up, ..Dialect::default() }.write(&walk).as_bytes());
    assert_same("a take with Z up", &walk, Dialect { take_up: z_up, ..Dialect::default() }.write(&walk).as_bytes());
    // Rokoko writes where the root rests, and its places in the world; others count these from there.
    for from_root in [false, true] {
        let rest = Dialect { root_m: vec3(0.0, 0.95, 0.0), from_root, ..Dialect::default() };
        assert_same(if from_root { "places from the root's rest" } else { "places of the world" }, &walk, rest.write(&walk).as_bytes());
    }
    // Names.
    type Name = fn(usize) -> String;
    let names: [(&str, Name); 8] = [
        ("mixamo by underscore", |joint| format!("mixamorig_{}", cmu(joint))),
        ("humanik", |joint| format!("Character1_{}", cmu(joint))),
        ("sketchfab", |joint| format!("mixamorig:{}_0{joint:02}", cmu(joint))),
        ("blanks", |joint| cmu(joint).replace("Left", "Left ").replace("Right", "Right ")),
        ("biped", |joint| {
            renamed(
                joint,
                ["Bip01 Pelvis", "Bip01 Spine", "Bip01 Spine1", "Bip01 Spine2", "Bip01 Neck", "Bip01 Head"],
                [
                    "Bip01 L Thigh",
                    "Bip01 L Calf",
                    "Bip01 L Foot",
                    "Bip01 L Toe0",
                    "Bip01 L Clavicle",
                    "Bip01 L UpperArm",
                    "Bip01 L Forearm",
                    "Bip01 L Hand",
                ],
            )
        }),
        ("rigify", |joint| {
            renamed(
                joint,
                ["DEF-spine", "DEF-spine.001", "DEF-spine.002", "DEF-spine.003", "DEF-spine.004", "DEF-spine.006"],
                [
                    "DEF-thigh.L",
                    "DEF-shin.L",
                    "DEF-foot.L",
                    "DEF-toe.L",
                    "DEF-shoulder.L",
                    "DEF-upper_arm.L",
                    "DEF-forearm.L",
                    "DEF-hand.L",
                ],
            )
        }),
        ("mikumikudance", |joint| {
            renamed(
                joint,
                ["センター", "上半身", "上半身2", "上半身3", "首", "頭"],
                ["左足", "左ひざ", "左足首", "左つま先", "左肩", "左腕", "左ひじ", "左手首"],
            )
        }),
        ("small letters", |joint| {
            renamed(
                joint,
                ["hip", "abdomen", "abdomen2", "chest", "neck", "head"],
                ["leftthigh", "leftshin", "leftfoot", "lefttoe", "leftcollar", "leftshldr", "leftforearm", "lefthand"],
            )
        }),
    ];
    for (style, name) in names {
        assert_same(style, &walk, Dialect { name, ..Dialect::default() }.write(&walk).as_bytes());
    }
}

fn lower_keywords(text: &str) -> String {
    let keywords =
        ["HIERARCHY", "ROOT", "JOINT", "OFFSET", "CHANNELS", "MOTION", "Frames", "Frame Time", "End Site", "Zrotation", "Xposition"];
    keywords.iter().fold(text.to_owned(), |text, word| text.replace(word, &word.to_lowercase()))
}

#[test]
fn what_a_text_has_too_much_or_too_little_of_is_noted() {
    let walk = walk();
    let plain = Dialect::default().write(&walk);
    let noted = |text: &str, words: &[&str]| {
        let reading = decode(text.as_bytes()).expect("read");
        for word in words {
            assert!(reading.notes.iter().any(|note| note.contains(word)), "{word}: {:?}", reading.notes);
        }
        reading.recorded.frames
    };
    assert_eq!(noted(&plain.replace("Frames: 45", "Frames: 44"), &["44 declared", "line"]), 44);
    assert_eq!(noted(&plain.replace("Frames: 45", "Frames: 46"), &["46 frames are declared and 45"]), 45);
    assert_eq!(noted(&plain.replace("Frames: 45", "Frames: 4000000000"), &["45 are there"]), 45);
    let cut = &plain[..plain.len() - 100];
    assert_eq!(noted(cut, &["cut off"]), 44);
    assert_eq!(noted(&format!("{cut}-"), &["cut off"]), 44, "in the middle of a number");
    assert_eq!(noted(&plain.replace("0.033333", "1.0"), &["1 frames a second", "--source-fps"]), 45);
    assert_eq!(noted(&plain.replace("0.033333", "0.001"), &["1000 frames a second", "--source-fps"]), 45);
    // Two people: the first is read.
    let (hierarchy, motion) = plain.split_once("MOTION").expect("a header");
    let person = hierarchy.strip_prefix("HIERARCHY\n").expect("a hierarchy");
    let (header, rows) = motion.split_once("0.033333\n").expect("rows");
    let rows: String = rows.lines().map(|row| format!("{row} {row}\n")).collect();
    let two = format!("{hierarchy}{}MOTION{header}0.033333\n{rows}", person.replace("ROOT Hips", "ROOT Second"));
    let reading = assert_same("two people", &walk, two.as_bytes());
    assert!(reading.notes.iter().any(|note| note.contains("another person") && note.contains("Second")), "{:?}", reading.notes);
}

#[test]
fn a_bad_value_is_reported_with_its_line_frame_and_joint() {
    let plain = Dialect::default().write(&walk());
    let lines: Vec<&str> = plain.lines().collect();
    let first_row = lines.iter().position(|line| line.starts_with("Frame Time")).expect("a header") + 1;
    let with = |line: usize, change: &dyn Fn(&str) -> String| {
        let changed: Vec<String> =
            lines.iter().enumerate().map(|(at, text)| if at == line { change(text) } else { (*text).to_owned() }).collect();
        decode(changed.join("\n").as_bytes()).map(|_| ()).expect_err("refused")
    };
    let third = |word: &'static str| {
        move |row: &str| row.split(' ').enumerate().map(|(at, old)| if at == 7 { word } else { old }).collect::<Vec<_>>().join(" ")
    };
    let line = format!("line {}", first_row + 3);
    let nan = with(first_row + 2, &third("nan"));
    assert!([&line, "frame 3", "LeftUpLeg", "Xrotation", "nan"].iter().all(|word| nan.contains(*word)), "{nan}");
    let comma = with(first_row + 2, &third("1,5"));
    assert!(comma.contains(&line) && comma.contains("comma"), "{comma}");
    let short = with(first_row + 2, &|row| row.rsplit_once(' ').expect("numbers").0.to_owned());
    assert!(short.contains(&line) && short.contains("fewer"), "{short}");
    let long = with(first_row + 2, &|row| format!("{row} 5"));
    assert!(long.contains(&line) && long.contains("more"), "{long}");
    let channel = with(4, &|text| text.replace("Zrotation", "Wrotation"));
    assert!(channel.contains("line 5") && channel.contains("Wrotation") && channel.contains("Hips"), "{channel}");
    let no_frames = decode(plain.replace("Frames: 45", "Frames: 0").as_bytes()).expect_err("no frames");
    assert!(no_frames.contains("no frames"), "{no_frames}");
    let no_time = decode(plain.replace("0.033333", "0").as_bytes()).expect_err("no time");
    assert!(no_time.contains("Frame Time") && no_time.contains("--source-fps"), "{no_time}");
    let fixed = ReadOptions { source_fps: Some(30.0), ..ReadOptions::default() };
    let fixed = formats::decode(Path::new("walk.bvh"), plain.replace("0.033333", "0").as_bytes(), &fixed).expect("read");
    assert_eq!((fixed.motion.len(), fixed.recorded.fps), (FRAMES, 30.0));
}

#[test]
fn rows_of_another_width_than_the_skeletons_are_refused_in_one_sentence() {
    let plain = Dialect::default().write(&walk());
    let (head, rows) = plain.split_once("0.033333\n").expect("rows");
    let first_row = head.lines().count() + 1;
    let with = |declared: usize, change: &dyn Fn(usize, &str) -> String| {
        let rows: Vec<String> = rows.lines().enumerate().map(|(at, row)| change(at, row)).collect();
        decode(format!("{}0.033333\n{}", head.replace("Frames: 45", &format!("Frames: {declared}")), rows.join("\n")).as_bytes())
    };
    let shorter = |by: usize| move |_: usize, row: &str| row.split(' ').skip(by).collect::<Vec<_>>().join(" ");
    let longer = |by: usize| move |_: usize, row: &str| format!("{row}{}", " 1.5".repeat(by));
    // A skeleton of 22 joints, the topmost of which has a place too: 69 numbers.
    type Change<'a> = &'a dyn Fn(usize, &str) -> String;
    let changes: [(Change<'_>, usize); 5] = [(&longer(1), 70), (&longer(3), 72), (&longer(69), 138), (&shorter(1), 68), (&shorter(3), 66)];
    for (change, numbers) in changes {
        let message = with(45, change).map(|_| ()).expect_err("another width");
        let words = [&format!("rows of {numbers} numbers"), &format!("line {first_row}"), "69 CHANNELS", "walk.bvh"];
        assert!(words.iter().all(|word| message.contains(*word)), "{message}");
    }
    // However many frames the file says that it has.
    for declared in [1, 44, 46, 4000] {
        for (change, numbers) in [(&longer(1) as Change<'_>, 70), (&shorter(1), 68)] {
            let message = with(declared, change).map(|_| ()).expect_err("another width");
            assert!(message.contains(&format!("rows of {numbers} numbers")), "{declared} declared: {message}");
        }
    }
    // One odd row is not that of all, also where it is the first.
    let first = |by: &'static dyn Fn(usize, &str) -> String| move |at: usize, row: &str| if at == 0 { by(at, row) } else { row.to_owned() };
    let message = with(45, &first(&|_, row| format!("{row} 5"))).map(|_| ()).expect_err("a longer row");
    assert!(message.contains(&format!("line {first_row} has more than the 69 numbers")), "{message}");
    let message = with(45, &first(&|_, row| row.split_once(' ').expect("numbers").1.to_owned())).map(|_| ()).expect_err("a shorter row");
    assert!(message.contains(&format!("line {first_row} has fewer than the 69 numbers")), "{message}");
    // Numbers that run on over the line ends, whatever is said of their frames.
    for declared in [44, 45, 46] {
        for a_line in [1, 3, 23] {
            let words: Vec<&str> = rows.split_whitespace().collect();
            let wrapped: Vec<String> = words.chunks(a_line).map(|part| part.join(" ")).collect();
            let text = format!("{}0.033333\n{}", head.replace("Frames: 45", &format!("Frames: {declared}")), wrapped.join("\n"));
            assert_eq!(decode(text.as_bytes()).expect("read").recorded.frames, declared.min(45), "{a_line} a line");
        }
    }
    let words: Vec<&str> = rows.split_whitespace().collect();
    for a_line in [10, 50, 69 * 45] {
        let wrapped: Vec<String> = words.chunks(a_line).map(|part| part.join(" ")).collect();
        assert_same("wrapped", &walk(), format!("{head}0.033333\n{}", wrapped.join("\n")).as_bytes());
    }
    let row = rows.lines().next().expect("a row");
    let cut = format!("{}0.033333\n{}", head.replace("Frames: 45", "Frames: 1"), &row[..row.len() / 2]);
    let message = decode(cut.as_bytes()).map(|_| ()).expect_err("half a row");
    assert!(message.contains("no whole row") && message.contains("cut off"), "{message}");
}

#[test]
fn a_joint_is_one_whatever_its_name_ends_in() {
    let walk = walk();
    let joints = |text: &str| decode(text.as_bytes()).expect("read").recorded.joints;
    let plain = Dialect::default().write(&walk);
    assert_eq!(joints(&plain), JOINT_COUNT);
    let name = |joint| if joint == Joint::LWrist as usize { "LeftHand_end".to_owned() } else { cmu(joint) };
    assert_eq!(joints(&Dialect { name, ..Dialect::default() }.write(&walk)), JOINT_COUNT);
    // What other programs write in the place of an End Site.
    assert_eq!(joints(&plain.replace("End Site", "JOINT Tip_end")), JOINT_COUNT);
    assert_eq!(joints(&plain.replace("End Site", "JOINT Tip")), JOINT_COUNT + 5);
}

#[test]
fn absurd_positions_are_refused() {
    let mut walk = walk();
    walk.frames[3].root_m.x = 9e6;
    let text = Dialect { units_per_m: 1.0, ..Dialect::default() }.write(&walk);
    let message = decode(text.as_bytes()).expect_err("too far");
    assert!(message.contains("km away") && message.contains("unit"), "{message}");
}
