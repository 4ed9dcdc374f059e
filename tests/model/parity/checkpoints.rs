//! Damaged, hostile and foreign checkpoint files are refused in words.

use super::kit::{json, kit, tensors};
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

use candle_core::{DType, Device, Tensor};
use zoetrope::model::{Checkpoint, Error, FileSource, MotionTokenizer, Quantization, TokenizerConfig, Weights, write_gguf};

fn open_error(bytes: &[u8], name: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    let opened = Checkpoint::open(&FileSource::from(path.as_path()), "net");
    let error = opened.err().expect("refused").to_string();
    assert!(error.contains(name), "the message names the file: {error}");
    assert!(!error.contains('\n'), "one line: {error}");
    error
}

#[test]
fn damaged_files_are_refused_in_words() {
    let huge_header = [&u64::MAX.to_le_bytes()[..], b"{}"].concat();
    let outside = br#"{"x":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}"#;
    let outside = [&(outside.len() as u64).to_le_bytes()[..], outside, &[0; 8]].concat();
    let overflow = br#"{"x":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,0]}}"#;
    let overflow = [&(overflow.len() as u64).to_le_bytes()[..], overflow].concat();
    for bytes in [&b""[..], b"123", &huge_header, &outside, &overflow, &[9; 64]] {
        open_error(bytes, "a.safetensors");
    }
    for bytes in [&b""[..], b"GGUF", b"GGUF\x03\0\0\0\xff\xff\xff\xff\xff\xff\xff\x7f\0\0\0\0\0\0\0\0", &[9; 64]] {
        open_error(bytes, "a.gguf");
    }
    for bytes in [&b""[..], b"PK\x03\x04", &[0x80; 64]] {
        open_error(bytes, "a.pth");
    }
    assert!(open_error(b"", "a.onnx").contains(".safetensors"));
    let nowhere = Checkpoint::open(&FileSource::from(Path::new("/nowhere/a.safetensors")), "net");
    assert!(matches!(nowhere, Err(Error::Read { .. })));
}

/// A PyTorch archive around a pickle.
fn archive(pickle: &[u8]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    let stored = zip::write::SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in [("archive/data.pkl", pickle), ("archive/data/0", &[0; 64])] {
        zip.start_file(name, stored).unwrap();
        std::io::Write::write_all(&mut zip, bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

#[test]
fn a_pickle_that_would_run_something_is_refused() {
    // What `pickle.dumps` makes of an object whose reduction calls os.system("true"), in two spellings.
    let old = b"\x80\x02cos\nsystem\nq\x00X\x04\x00\x00\x00trueq\x01\x85q\x02Rq\x03.";
    let new = b"\x80\x04\x95\x1d\x00\x00\x00\x00\x00\x00\x00\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x04true\x94\x85\x94R\x94.";
    for (pickle, name) in [(&old[..], "os.system"), (&new[..], "posix.system")] {
        let message = open_error(&archive(pickle), "evil.pth");
        assert!(message.contains(name) && message.contains("nothing was run"), "{message}");
    }
    let eval = b"\x80\x02cbuiltins\neval\nq\x00.";
    assert!(open_error(&archive(eval), "evil.pth").contains("builtins.eval"));
    let load = b"\x80\x02ctorch\nload\nq\x00.";
    assert!(open_error(&archive(load), "evil.pth").contains("torch.load"));
}

#[test]
fn a_pickle_that_would_fill_the_memory_is_refused_at_once() {
    // Forty lists, each of twice the one before; then a million nested tuples; then a text of four gigabytes.
    let mut doubling = b"\x80\x02]q\x00".to_vec();
    for level in 0..40_u8 {
        doubling.extend([b']', b'q', level + 1, b'(', b'h', level, b'h', level, b'e']);
    }
    doubling.push(b'.');
    let nested = [b"\x80\x02N".to_vec(), vec![0x85; 1_000_000], b".".to_vec()].concat();
    let long = b"\x80\x02X\xff\xff\xff\xff.".to_vec();
    let itself = b"\x80\x02}q\x00X\x01\x00\x00\x00ah\x00s.".to_vec();
    for pickle in [doubling, nested, long, itself, b"\x80\x02.".to_vec(), b"\x80\x02(((e".to_vec(), b"\x80\x02h\x07.".to_vec()] {
        open_error(&archive(&pickle), "bomb.pth");
    }
}

#[test]
fn a_tensor_that_lies_about_its_place_is_refused() {
    let tensor = |offset: u8, rows: u8, stride: u8| {
        let storage = b"(X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpuK\x10tQ";
        let head = b"\x80\x02}X\x03\x00\x00\x00net}X\x01\x00\x00\x00wctorch._utils\n_rebuild_tensor_v2\n(";
        let shape = [b'K', offset, b'K', rows, 0x85, b'K', stride, 0x85, 0x89, b'N', b't', b'R', b's', b's', b'.'];
        archive(&[&head[..], storage, &shape].concat())
    };
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("good.pth");
    std::fs::write(&path, tensor(2, 14, 1)).unwrap();
    assert_eq!(Checkpoint::open(&FileSource::from(path.as_path()), "net").unwrap().shape("w"), Some(vec![14]));
    assert!(open_error(&tensor(3, 14, 1), "a.pth").contains("more than the file holds"));
    assert!(open_error(&tensor(0, 8, 2), "a.pth").contains("row by row"));
}

#[test]
fn an_old_or_nested_pytorch_file_is_refused_with_advice() {
    // The first bytes of PyTorch's form before 1.6: a pickled magic number.
    let old = b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.\x80\x02M\xe9\x03.";
    let message = open_error(old, "old.pth");
    assert!(message.contains("old form") && message.contains("torch.save"), "{message}");
    let page = open_error(b"<!DOCTYPE html><html>not found</html>", "page.pth");
    assert!(page.contains("no zip archive"), "{page}");
    let nested = b"\x80\x02}X\x03\x00\x00\x00net}X\x05\x00\x00\x00model}ss.";
    assert!(open_error(&archive(nested), "nested.pth").contains("no tensors under the key net; it has net"));
}

#[test]
fn a_cut_or_foreign_pytorch_file_is_refused() {
    let Some(path) = kit("tokenizer_small/train_ckpt/net_6000000.pth") else { return };
    let bytes = std::fs::read(&path).unwrap();
    open_error(&bytes[..bytes.len() / 2], "half.pth");
    let error = Checkpoint::open(&FileSource::from(path.as_path()), "trans").err().expect("refused").to_string();
    assert!(error.contains("the key trans; it has net, optimizer"), "{error}");
}

#[test]
fn missing_extra_and_misshapen_tensors_are_named() {
    let (Some(path), Some(config)) = (kit("tokenizer_small/nopatcher/model.safetensors"), kit("tokenizer_small/nopatcher/config.json"))
    else {
        return;
    };
    let config: TokenizerConfig = json(&config);
    let load = |change: &dyn Fn(&mut HashMap<String, Tensor>)| {
        let mut tensors = tensors(&path);
        change(&mut tensors);
        MotionTokenizer::load(Weights::new(Checkpoint::from_tensors(tensors, "model.safetensors")), &config)
            .err()
            .map(|error| error.to_string())
    };
    assert_eq!(load(&|_| ()), None);
    let name = "vqvae.decoder.model.2.0.model.1.conv1.weight";
    let missing = load(&|tensors| drop(tensors.remove(name))).expect("refused");
    assert!(missing.contains(name) && missing.contains("missing"), "{missing}");
    let shape =
        load(&|tensors| drop(tensors.insert(name.into(), Tensor::zeros((32, 32, 5), DType::F32, &Device::Cpu).unwrap()))).expect("refused");
    assert!(shape.contains(name) && shape.contains("[32, 32, 5]") && shape.contains("[32, 32, 3]"), "{shape}");
    let extra =
        load(&|tensors| drop(tensors.insert("vqvae.other".into(), Tensor::zeros(1, DType::F32, &Device::Cpu).unwrap()))).expect("refused");
    assert!(extra.contains("vqvae.other"), "{extra}");
}

#[test]
fn made_up_weights_of_one_shape_are_quantised_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("model.gguf");
    let shapes = [("a", vec![3, 64]), ("b", vec![3, 64]), ("c", vec![6, 32]), ("d", vec![192])];
    let mut checkpoint = Checkpoint::random(shapes.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect());
    let names = checkpoint.names();
    let mut told = 0;
    let mut count = |weights| {
        told += weights;
        ControlFlow::Continue(())
    };
    write_gguf(&mut checkpoint, &names, Some(Quantization::Q4_0), &path, &mut count).unwrap();
    assert_eq!(told, 4 * 192);
    let mut written = Checkpoint::open(&FileSource::from(path.as_path()), "").unwrap();
    let [a, b, c, d] = ["a", "b", "c", "d"].map(|name| written.read(name).and_then(|tensor| tensor.dense()).unwrap());
    assert_eq!([a.dims(), b.dims(), c.dims(), d.dims()], [&[3, 64][..], &[3, 64], &[6, 32], &[192]]);
    let [a, b, c] = [a, b, c].map(|tensor| tensor.flatten_all().and_then(|flat| flat.to_vec1::<f32>()).unwrap());
    assert_eq!(a, b);
    assert_ne!(a, c);
    assert!(a.iter().any(|weight| weight.abs() > 0.01));
}
