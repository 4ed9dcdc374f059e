//! Python's pickles of arrays, in the protocols that occur: motions of AIST++ are read from them, everything else is called what it is.

use super::dialects::walk;
use super::formats::{apart_m, floats};
use glam::{Quat, vec3};
use std::path::Path;
use zoetrope::formats::{self, Format, ReadOptions, Reading};
use zoetrope::motion::Motion;

/// An entry of a dictionary.
pub(crate) enum Entry<'a> {
    /// numpy's array: shape, kind of number, bytes.
    Array(&'a [usize], &'a str, Vec<u8>),
    /// A number of Python's own.
    Fraction(f64),
}

/// Writes a dictionary as Python 3 does in protocol 2, 3 or 4.
struct Writer {
    protocol: u8,
    bytes: Vec<u8>,
}

impl Writer {
    fn put(&mut self, bytes: impl AsRef<[u8]>) {
        self.bytes.extend_from_slice(bytes.as_ref());
    }

    /// What can be referred to again is remembered, whether it is or not.
    fn remember(&mut self) {
        match self.protocol {
            4 => self.put([0x94]),
            _ => self.put(b"r\xff\0\0\0"),
        }
    }

    fn text(&mut self, text: &str) {
        match self.protocol {
            4 => self.put([0x8c, text.len() as u8]),
            _ => self.put([&b"X"[..], &(text.len() as u32).to_le_bytes()].concat()),
        }
        self.put(text);
        self.remember();
    }

    fn global(&mut self, module: &str, name: &str) {
        if self.protocol == 4 {
            self.text(module);
            self.text(name);
            self.put([0x93]);
        } else {
            self.put(format!("c{module}\n{name}\n"));
        }
        self.remember();
    }

    fn count(&mut self, count: usize) {
        self.put([&b"J"[..], &(count as i32).to_le_bytes()].concat());
    }

    /// Before protocol 3 there are no bytes: they are a text in Latin 1 and the call that makes bytes of it.
    fn data(&mut self, data: &[u8]) {
        if self.protocol > 2 {
            self.put([&b"B"[..], &(data.len() as u32).to_le_bytes(), data].concat());
            return self.remember();
        }
        self.global("_codecs", "encode");
        let text: String = data.iter().copied().map(char::from).collect();
        self.put([&b"X"[..], &(text.len() as u32).to_le_bytes(), text.as_bytes()].concat());
        self.text("latin1");
        self.put(b"\x86R");
    }

    fn array(&mut self, shape: &[usize], kind: &str, data: &[u8]) {
        self.global("numpy.core.multiarray", "_reconstruct");
        self.global("numpy", "ndarray");
        self.put(b"K\x00\x85");
        self.data(b"b");
        self.put(b"\x87R(K\x01(");
        shape.iter().for_each(|size| self.count(*size));
        self.put(b"t");
        self.global("numpy", "dtype");
        self.text(kind);
        self.put(b"\x89\x88\x87R(K\x03");
        self.text("<");
        self.put(b"NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tb\x89");
        self.data(data);
        self.put(b"tb");
    }
}

pub(crate) fn dictionary(protocol: u8, entries: &[(&str, Entry<'_>)]) -> Vec<u8> {
    let mut writer = Writer { protocol, bytes: vec![0x80, protocol] };
    if protocol == 4 {
        writer.put(b"\x95\xff\0\0\0\0\0\0\0");
    }
    writer.put(b"}(");
    for (name, entry) in entries {
        writer.text(name);
        match entry {
            Entry::Array(shape, kind, data) => writer.array(shape, kind, data),
            Entry::Fraction(number) => writer.put([&b"G"[..], &number.to_be_bytes()].concat()),
        }
    }
    writer.put(b"u.");
    writer.bytes
}

/// A motion as AIST++ has it: a body of SMPL's form, `scaling` times as large, and where its template's origin then is; Y is up.
pub(crate) fn aist(motion: &Motion, scaling: f32) -> [Vec<f32>; 2] {
    let axis_angles = |pose: &zoetrope::motion::Pose| {
        let mut values: Vec<f32> = pose.local.iter().flat_map(|turn| turn.to_scaled_axis().to_array()).collect();
        values.resize(72, 0.0);
        values
    };
    // SMPL's rest pelvis lies below its template's origin.
    let pelvis_m = vec3(-0.002, -0.223, 0.028);
    let trans = motion.frames.iter().flat_map(|pose| (scaling * (pose.root_m - pelvis_m)).to_array());
    [motion.frames.iter().flat_map(axis_angles).collect(), trans.collect()]
}

fn read(name: &str, bytes: &[u8], options: &ReadOptions) -> Result<Reading, String> {
    formats::decode(Path::new(name), bytes, options).map_err(|error| error.to_string())
}

fn doubles(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| f64::from(*value).to_le_bytes()).collect()
}

#[test]
fn a_dance_of_aist_is_read_at_its_size_and_place_in_every_protocol() {
    let mut walk = walk();
    // It begins away from the origin, turned.
    for pose in &mut walk.frames {
        let turn = Quat::from_rotation_y(0.7);
        pose.root_m = turn * pose.root_m + vec3(1.5, 0.0, -2.0);
        pose.local[0] = turn * pose.local[0];
    }
    let frames = walk.len();
    let [poses, trans] = aist(&walk, 93.5);
    let options = ReadOptions { source_fps: Some(30.0), ..ReadOptions::default() };
    for protocol in [2, 3, 4] {
        for (shape, kind, in_bytes) in
            [(&[frames, 72][..], "f4", floats as fn(&[f32]) -> Vec<u8>), (&[frames, 24, 3], "f4", floats), (&[frames, 72], "f8", doubles)]
        {
            let bytes = dictionary(
                protocol,
                &[
                    ("smpl_loss", Entry::Fraction(1.59)),
                    ("smpl_poses", Entry::Array(shape, kind, in_bytes(&poses))),
                    ("smpl_scaling", Entry::Array(&[1], kind, in_bytes(&[93.5]))),
                    ("smpl_trans", Entry::Array(&[frames, 3], kind, in_bytes(&trans))),
                ],
            );
            let reading = read("gBR_sBM_cAll_d04_mBR0_ch01.pkl", &bytes, &options).expect("a dance");
            let apart_m = apart_m(&walk, &reading.motion);
            assert!(apart_m < 1e-3, "protocol {protocol}, {shape:?} of {kind}: {apart_m} m apart");
            assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        }
    }
}

#[test]
fn a_dance_without_a_rate_has_that_of_its_data_set_and_says_so() {
    let [poses, trans] = aist(&walk(), 1.0);
    let frames = walk().len();
    let bytes = dictionary(
        4,
        &[
            ("smpl_poses", Entry::Array(&[frames, 72], "f4", floats(&poses))),
            // A number of Python's own.
            ("smpl_scaling", Entry::Fraction(1.0)),
            ("smpl_trans", Entry::Array(&[frames, 3], "f4", floats(&trans))),
        ],
    );
    let reading = read("dance.pkl", &bytes, &ReadOptions::default()).expect("a dance");
    assert_eq!((reading.recorded.frames, reading.recorded.fps), (frames, 60.0));
    assert!(reading.notes.iter().any(|note| note.contains("60 frames a second") && note.contains("--source-fps")), "{:?}", reading.notes);
}

#[test]
fn pickles_of_something_else_are_called_what_they_are() {
    let numbers = |shape: &'static [usize]| Entry::Array(shape, "f4", vec![0; 4 * shape.iter().product::<usize>()]);
    type Entries = Vec<(&'static str, Entry<'static>)>;
    let cases: [(&str, Entries, &[&str]); 7] = [
        (
            "points.pkl",
            vec![("keypoints3d", numbers(&[2, 17, 3])), ("keypoints3d_optim", numbers(&[2, 17, 3]))],
            &["key points", "motions"],
        ),
        ("body.pkl", vec![("v_template", numbers(&[2, 3]))], &["body model", "--character"]),
        ("edge.pkl", vec![("smpl_poses", numbers(&[2, 72])), ("smpl_trans", numbers(&[2, 3]))], &["no smpl_scaling"]),
        (
            "none.pkl",
            vec![("smpl_poses", numbers(&[2, 72])), ("smpl_scaling", numbers(&[1])), ("smpl_trans", numbers(&[2, 3]))],
            &["smpl_scaling", "no size"],
        ),
        (
            "short.pkl",
            vec![("smpl_poses", numbers(&[2, 63])), ("smpl_scaling", Entry::Fraction(90.0)), ("smpl_trans", numbers(&[2, 3]))],
            &["smpl_poses of shape [2, 63]"],
        ),
        (
            "other.pkl",
            vec![("smpl_poses", numbers(&[3, 72])), ("smpl_scaling", Entry::Fraction(90.0)), ("smpl_trans", numbers(&[2, 3]))],
            &["2 frames of smpl_trans, 3 of the root's rotation (smpl_poses)"],
        ),
        ("mood.pkl", vec![("mood", Entry::Fraction(0.5))], &["no AMASS file", "mood"]),
    ];
    for (name, entries, words) in cases {
        let message = read(name, &dictionary(2, &entries), &ReadOptions::default()).expect_err(name);
        assert!(words.iter().chain([&name]).all(|word| message.contains(word)), "{message}");
    }
    for (name, bytes) in [("empty.pkl", &b""[..]), ("text.pkl", b"hello"), ("list.pkl", b"\x80\x02].")] {
        let message = read(name, bytes, &ReadOptions::default()).expect_err(name);
        assert!(message.contains("pickle") && message.contains(name), "{message}");
    }
    // They are read alone.
    assert!(Format::of(Path::new("dance.pkl")).is_err());
}
