//! Kernels against their twins: all variants, odd shapes, hostile numbers, junk in every fresh buffer.

use super::kit::{Chance, assert_close, gpus, junk, kernel, matrix, run, weights};
use zoetrope::engine::variants::{
    self, Blocks, Embedding, Epilogue, Heads, LINES, Norm, Positions, Product, Row, Spread, TILE, WeightFormat,
};
use zoetrope::engine::{DeviceMatrix, Dispatch, Gpu, MatrixShape, Uniforms, twins};

/// Sums of a few thousand products in float32.
const CLOSE: f32 = 2e-5;

const PLAIN: Spread = Spread { threads: 64, rows: 4, subgroups: false, packed: false };

/// How a product is computed.
#[derive(Clone, Copy, Debug)]
enum Way {
    FewLines(Spread, u32),
    ManyLines,
}

/// A product on the device, with all pieces of the matrix.
fn product(gpu: &Gpu, matrix: &DeviceMatrix, x: &[f32], epilogue: Epilogue, way: Way, y: &[f32]) -> Vec<f32> {
    let MatrixShape { format, rows, inner } = matrix.shape;
    let lines = x.len() / inner;
    let results = if epilogue == Epilogue::Silu { rows / 2 } else { rows };
    let x = gpu.storage_of("x", x);
    let y = gpu.storage_of("y", y);
    let (x_quants, x_scales) = (junk(gpu, lines * inner / 4 + 4), junk(gpu, lines * inner / 32 + 1));
    let uniforms = Uniforms::new(gpu, matrix.pieces.len() + 1);
    let mut dispatches = Vec::new();
    let mut chunks = matrix.shape.chunks();
    if let Way::FewLines(Spread { packed: true, .. }, _) = way
        && format.is_quantised()
    {
        chunks = (inner / 32) as u32;
        let count = (lines * inner / 32) as u32;
        let kernel = kernel(gpu, &variants::quantise());
        let blocks = uniforms.set(gpu, matrix.pieces.len(), &Blocks { count });
        let parts = [("blocks", blocks), ("x", (&x).into()), ("x_quants", (&x_quants).into()), ("x_scales", (&x_scales).into())];
        let workgroups = [count.div_ceil(kernel.workgroup()), 1];
        dispatches.push(Dispatch::new(gpu, kernel, &parts, workgroups, 1).unwrap());
    }
    for (index, piece) in matrix.pieces.iter().enumerate() {
        let numbers = Product {
            rows: piece.rows as u32,
            chunks,
            lines: lines as u32,
            first_line: 0,
            y_stride: results as u32,
            y_first: piece.first as u32,
        };
        let parts = [
            ("product", uniforms.set(gpu, index, &numbers)),
            ("quants", (&piece.quants).into()),
            ("scales", (&piece.scales).into()),
            ("x", (&x).into()),
            ("x_quants", (&x_quants).into()),
            ("x_scales", (&x_scales).into()),
            ("y", (&y).into()),
        ];
        let (variant, workgroups) = match way {
            Way::FewLines(spread, at_once) => {
                let workgroups = [(piece.rows as u32).div_ceil(spread.rows), (lines as u32).div_ceil(at_once)];
                (variants::matvec(format, epilogue, spread, at_once), workgroups)
            }
            Way::ManyLines => (variants::matmul(format, epilogue), [(piece.rows as u32).div_ceil(TILE), (lines as u32).div_ceil(TILE)]),
        };
        dispatches.push(Dispatch::new(gpu, kernel(gpu, &variant), &parts, workgroups, 1).unwrap());
    }
    run(gpu, &dispatches, &y, lines * results)
}

/// Compares a product with its twin.
#[track_caller]
fn compare(gpu: &Gpu, format: WeightFormat, [rows, inner, lines]: [usize; 3], epilogue: Epilogue, way: Way, hostile: bool) {
    let mut chance = Chance((rows * inner + lines) as u64);
    let (bytes, worth) = weights(format, rows, inner, &mut chance);
    let x = if hostile { chance.hostile(lines * inner) } else { chance.numbers(lines * inner) };
    let results = lines * if epilogue == Epilogue::Silu { rows / 2 } else { rows };
    // What is added to must be there; what is stored must not matter.
    let before = if epilogue == Epilogue::Add { chance.numbers(results) } else { vec![super::kit::JUNK; results] };
    let ours = product(gpu, &matrix(gpu, format, rows, inner, &bytes), &x, epilogue, way, &before);
    let twin_of = match way {
        Way::ManyLines => twins::matmul,
        Way::FewLines(Spread { packed: true, .. }, _) if format.is_quantised() => twins::matvec_packed,
        Way::FewLines(..) => twins::matvec,
    };
    let mut twin = before;
    twin_of(&worth, inner, &x, epilogue, &mut twin);
    assert_close(&format!("{format:?} {rows}×{inner}, {lines} lines, {epilogue:?}, {way:?}, hostile {hostile}"), &ours, &twin, CLOSE);
}

/// All ways to spread a product over the device, with activations in eight bits or not. Sums, weights and epilogues are fragments of
/// their own: each is met in all its forms, not each with each other, which would take minutes to compile.
fn compare_spreads(gpu: &Gpu, packed: bool) {
    let formats = || WeightFormat::ALL.into_iter().filter(|format| format.is_quantised() || !packed);
    let spreads = || variants::spreads(gpu.has_subgroups()).into_iter().filter(|spread| spread.packed == packed);
    for format in formats() {
        for (index, spread) in spreads().enumerate() {
            for lines in [LINES[index % 2], LINES[2 + index % 2]] {
                // One line fewer than there is room for, where there can be.
                let there = (lines as usize - 1).max(1);
                compare(gpu, format, [38, 128, there], Epilogue::ALL[index % 3], Way::FewLines(spread, lines), false);
            }
        }
        for epilogue in Epilogue::ALL {
            compare(gpu, format, [38, 128, 3], epilogue, Way::FewLines(Spread { packed, ..PLAIN }, 1), false);
        }
    }
}

#[test]
fn products_of_few_lines_equal_their_twin_however_they_are_spread() {
    for gpu in gpus() {
        compare_spreads(&gpu, false);
    }
}

#[test]
fn products_with_activations_in_eight_bits_equal_their_twin_however_they_are_spread() {
    for gpu in gpus() {
        compare_spreads(&gpu, true);
    }
}

#[test]
fn products_of_many_lines_equal_their_twin() {
    for gpu in gpus() {
        for format in WeightFormat::ALL {
            for epilogue in Epilogue::ALL {
                compare(&gpu, format, [70, 160, 150], epilogue, Way::ManyLines, false);
                compare(&gpu, format, [2, 32, 1], epilogue, Way::ManyLines, false);
            }
            compare(&gpu, format, [33, 3200, 9], Epilogue::Store, Way::ManyLines, false);
        }
        // No multiple of a tile, nor of a block.
        for format in [WeightFormat::F32, WeightFormat::F16] {
            compare(&gpu, format, [200, 200, 37], Epilogue::Add, Way::ManyLines, false);
        }
    }
}

#[test]
fn products_of_odd_shapes_equal_their_twin() {
    for gpu in gpus() {
        for format in WeightFormat::ALL {
            for shape in [[1, 32, 1], [3, 3200, 2], [64_001, 32, 1], [7, 8704, 1]] {
                compare(&gpu, format, shape, Epilogue::Store, Way::FewLines(PLAIN, 2), false);
            }
        }
        for format in [WeightFormat::F32, WeightFormat::F16] {
            compare(&gpu, format, [600, 200, 1], Epilogue::Store, Way::FewLines(PLAIN, 1), false);
        }
    }
}

#[test]
fn what_is_no_number_stays_in_its_line() {
    for gpu in gpus() {
        for format in WeightFormat::ALL {
            for way in [Way::FewLines(PLAIN, 4), Way::FewLines(PLAIN, 8), Way::ManyLines] {
                for epilogue in Epilogue::ALL {
                    compare(&gpu, format, [6, 64, 7], epilogue, way, true);
                }
            }
        }
    }
}

#[test]
fn a_matrix_in_pieces_is_the_matrix() {
    for gpu in gpus() {
        for format in WeightFormat::ALL {
            let mut chance = Chance(5);
            let (rows, inner) = (75, 96);
            let (bytes, worth) = weights(format, rows, inner, &mut chance);
            let cut =
                DeviceMatrix::reserve_within(&gpu, "test", MatrixShape { format, rows, inner }, format.quant_bytes(inner * 11) as u64)
                    .unwrap();
            assert_eq!(cut.pieces.len(), 8, "ten rows each");
            cut.fill(&gpu, &bytes).unwrap();
            let x = chance.numbers(2 * inner);
            let mut twin = vec![0.0; 2 * rows];
            twins::matvec(&worth, inner, &x, Epilogue::Store, &mut twin);
            for way in [Way::FewLines(PLAIN, 2), Way::ManyLines] {
                let ours = product(&gpu, &cut, &x, Epilogue::Store, way, &vec![super::kit::JUNK; 2 * rows]);
                assert_close("pieces", &ours, &twin, CLOSE);
            }
            assert!(cut.fill(&gpu, &bytes[1..]).is_err(), "a byte is missing");
            for (rows, inner) in [(0, 32), (1, 0), (1, 33)] {
                assert!(DeviceMatrix::reserve(&gpu, "test", MatrixShape { format, rows, inner }).is_err(), "{rows} × {inner}");
            }
        }
    }
}

#[test]
fn two_matrices_in_turns_make_pairs_of_gate_and_up() {
    for gpu in gpus() {
        for format in WeightFormat::ALL {
            let mut chance = Chance(6);
            let (half, inner) = (19, 64);
            let (gate_bytes, gate) = weights(format, half, inner, &mut chance);
            let (up_bytes, up) = weights(format, half, inner, &mut chance);
            let both = DeviceMatrix::reserve_within(
                &gpu,
                "test",
                MatrixShape { format, rows: 2 * half, inner },
                format.quant_bytes(inner * 12) as u64,
            );
            let both = both.unwrap();
            both.fill_in_turns(&gpu, &gate_bytes, &up_bytes).unwrap();
            let x = chance.numbers(inner);
            let product_with = |matrix: &[f32]| {
                let mut y = vec![0.0; half];
                twins::matvec(matrix, inner, &x, Epilogue::Store, &mut y);
                y
            };
            let twin: Vec<f32> = product_with(&gate).iter().zip(product_with(&up)).map(|(g, u)| g / (1.0 + (-g).exp()) * u).collect();
            let ours = product(&gpu, &both, &x, Epilogue::Silu, Way::FewLines(PLAIN, 1), &vec![super::kit::JUNK; half]);
            assert_close("pairs", &ours, &twin, CLOSE);
        }
    }
}

#[test]
fn activations_in_eight_bits_equal_their_twin() {
    for gpu in gpus() {
        let mut chance = Chance(8);
        let mut x = chance.numbers(32 * 70);
        // A block of zeros, one of numbers too small to matter, one with a single large number.
        x[..32].fill(0.0);
        x[32..64].fill(1e-41);
        x[70] = 1e6;
        // Through a product with the unit matrix.
        let unit: Vec<f32> = (0..32 * 32).map(|index| if index % 33 == 0 { 1.0 } else { 0.0 }).collect();
        let bytes: Vec<u8> =
            (0..32).flat_map(|row| [0x00, 0x3c].into_iter().chain((0..32).map(move |column| u8::from(row == column)))).collect();
        let unit_matrix = matrix(&gpu, WeightFormat::Q8_0, 32, 32, &bytes);
        let ours = product(
            &gpu,
            &unit_matrix,
            &x,
            Epilogue::Store,
            Way::FewLines(Spread { packed: true, ..PLAIN }, 8),
            &vec![super::kit::JUNK; x.len()],
        );
        let mut twin = vec![0.0; x.len()];
        twins::matvec(&unit, 32, &twins::quantise(&x), Epilogue::Store, &mut twin);
        for (index, (ours, twin)) in ours.iter().zip(&twin).enumerate() {
            assert!((ours - twin).abs() <= 1e-6 * twin.abs(), "{ours} instead of {twin} at {index}");
        }
    }
}

#[test]
fn rows_of_a_table_equal_their_twin() {
    for gpu in gpus() {
        for format in WeightFormat::ALL {
            let mut chance = Chance(9);
            let (rows, inner) = (50, 96);
            let (bytes, worth) = weights(format, rows, inner, &mut chance);
            let table =
                DeviceMatrix::reserve_within(&gpu, "test", MatrixShape { format, rows, inner }, format.quant_bytes(inner * 20) as u64)
                    .unwrap();
            table.fill(&gpu, &bytes).unwrap();
            let tokens = [0, 49, 19, 20, u32::MAX, 7, 50, 7];
            let before = chance.numbers(tokens.len() * inner);
            let x = gpu.storage_of("x", &before);
            let tokens_on_device = gpu.storage_of("tokens", &tokens);
            let uniforms = Uniforms::new(&gpu, table.pieces.len());
            let kernel = kernel(&gpu, &variants::embedding(format));
            let chunks = table.shape.chunks();
            let dispatches: Vec<Dispatch> = (table.pieces.iter().enumerate())
                .map(|(index, piece)| {
                    let numbers = Embedding { first: piece.first as u32, rows: piece.rows as u32, chunks };
                    let parts = [
                        ("embedding", uniforms.set(&gpu, index, &numbers)),
                        ("quants", (&piece.quants).into()),
                        ("scales", (&piece.scales).into()),
                        ("tokens", (&tokens_on_device).into()),
                        ("x", (&x).into()),
                    ];
                    let workgroups = [chunks.div_ceil(kernel.workgroup()), tokens.len() as u32];
                    Dispatch::new(&gpu, kernel.clone(), &parts, workgroups, 1).unwrap()
                })
                .collect();
            let mut twin = before;
            twins::embedding(&worth, inner, 0, &tokens, &mut twin);
            assert_close("embedding", &run(&gpu, &dispatches, &x, twin.len()), &twin, 1e-7);
        }
    }
}

#[test]
fn norms_equal_their_twin() {
    for gpu in gpus() {
        for (threads, subgroups) in [(256, false), (1024, false), (256, true), (1024, true)] {
            if threads > gpu.most_threads() || (subgroups && !gpu.has_subgroups()) {
                continue;
            }
            for (width, lines, hostile) in [(200, 3, false), (3200, 2, false), (4, 1, false), (64, 5, true), (4096, 1, false)] {
                let mut chance = Chance(width as u64);
                // Every second line, from the second on.
                let x = if hostile { chance.hostile(2 * lines * width) } else { chance.numbers(2 * lines * width) };
                let scale = chance.numbers(width);
                let norm = Norm { width_in_fours: width as u32 / 4, every: 2, first: 1, eps: 1e-5 };
                let uniforms = Uniforms::new(&gpu, 1);
                let y = junk(&gpu, lines * width);
                let (x_there, scale_there) = (gpu.storage_of("x", &x), gpu.storage_of("scale", &scale));
                let parts = [
                    ("norm", uniforms.set(&gpu, 0, &norm)),
                    ("x", (&x_there).into()),
                    ("scale", (&scale_there).into()),
                    ("y", (&y).into()),
                ];
                let kernel = kernel(&gpu, &variants::rms_norm(threads, subgroups));
                let dispatch = Dispatch::new(&gpu, kernel, &parts, [lines as u32, 1], 1).unwrap();
                let seen: Vec<f32> = x.chunks_exact(width).skip(1).step_by(2).flatten().copied().collect();
                let ours = run(&gpu, &[dispatch], &y, lines * width);
                assert_close(&format!("norm of {width} with {threads} threads"), &ours, &twins::rms_norm(&seen, &scale, 1e-5), 2e-6);
            }
        }
        // A line of zeros stays zero.
        assert_eq!(twins::rms_norm(&[0.0; 8], &[1.0; 8], 1e-5), [0.0; 8]);
    }
}

/// One pass of rope and attention on the device: the queries turned, the cache, what was mixed.
fn attend(gpu: &Gpu, pass: &twins::Pass, subgroups: bool, angles: &[[f32; 2]], qkv: &[f32], cache: &[f32]) -> [Vec<f32>; 3] {
    let width = pass.heads * pass.head;
    let lines = pass.rows.len() * pass.count;
    let positions = Positions { count: pass.count as u32, past: pass.past as u32, words: pass.words as u32 };
    let heads = Heads { heads: pass.heads as u32, pairs: pass.head as u32 / 2, room: pass.room as u32 };
    let uniforms = Uniforms::new(gpu, 2);
    let (rows, angles, qkv) = (gpu.storage_of("rows", &pass.rows), gpu.storage_of("angles", angles), gpu.storage_of("qkv", qkv));
    let (keys, values) = (gpu.storage_of("keys", cache), gpu.storage_of("values", cache));
    let mixed = junk(gpu, lines * width);
    let parts = [
        ("positions", uniforms.set(gpu, 0, &positions)),
        ("rows", (&rows).into()),
        ("heads", uniforms.set(gpu, 1, &heads)),
        ("angles", (&angles).into()),
        ("qkv", (&qkv).into()),
        ("keys", (&keys).into()),
        ("values", (&values).into()),
        ("mixed", (&mixed).into()),
    ];
    let rope = kernel(gpu, &variants::rope());
    let workgroups = [(width as u32 / 2).div_ceil(rope.workgroup()), lines as u32];
    let rope = Dispatch::new(gpu, rope, &parts, workgroups, 1).unwrap();
    let attention = kernel(gpu, &variants::attention(256, subgroups, 304));
    let attention = Dispatch::new(gpu, attention, &parts, [pass.heads as u32, lines as u32], 1).unwrap();
    let mixed = run(gpu, &[rope, attention], &mixed, lines * width);
    [gpu.read(&qkv, lines * 3 * width).unwrap(), gpu.read(&keys, cache.len()).unwrap(), mixed]
}

#[track_caller]
fn compare_attention(gpu: &Gpu, what: &str, pass: &twins::Pass, hostile: bool) {
    for subgroups in [false, true] {
        if subgroups && !gpu.has_subgroups() {
            continue;
        }
        let mut chance = Chance(what.len() as u64);
        let width = pass.heads * pass.head;
        let lines = pass.rows.len() * pass.count;
        let slots = pass.rows.iter().map(|row| row.slot as usize + 1).max().unwrap_or(1);
        let angles: Vec<[f32; 2]> = (0..pass.room * pass.head / 2).map(|index| (index as f32 * 0.1).sin_cos().into()).collect();
        let mut qkv = if hostile { chance.hostile(3 * lines * width) } else { chance.numbers(3 * lines * width) };
        // The cache holds numbers where something was computed before, and junk elsewhere: in front of short texts, too.
        let mut keys = vec![super::kit::JUNK; slots * pass.room * width];
        for row in &pass.rows {
            for place in row.pad as usize..pass.past {
                let from = (row.slot as usize * pass.room + place) * width;
                keys[from..from + width].copy_from_slice(&chance.numbers(width));
            }
        }
        let [turned, kept, mixed] = attend(gpu, pass, subgroups, &angles, &qkv, &keys);
        let mut values = keys.clone();
        twins::rope(pass, &angles, &mut qkv, &mut keys, &mut values);
        assert_close(&format!("{what}: queries"), &turned, &qkv, 1e-6);
        assert_close(&format!("{what}: keys"), &kept, &keys, 1e-6);
        let twin = twins::attention(pass, &qkv, &keys, &values);
        assert!(hostile || twin.iter().all(|value| value.is_finite()), "{what}: junk was read");
        assert_close(&format!("{what}: mixed"), &mixed, &twin, 1e-5);
    }
}

fn row(slot: u32, pad: u32) -> Row {
    Row { slot, pad }
}

#[test]
fn attention_of_one_new_position_equals_its_twin() {
    for gpu in gpus() {
        let pass = |head, past, rows| twins::Pass { heads: 3, head, room: 301, count: 1, past, words: past.min(20), rows };
        compare_attention(&gpu, "the first of all", &pass(64, 0, vec![row(0, 0)]), false);
        compare_attention(&gpu, "head size 100", &pass(100, 57, vec![row(0, 0)]), false);
        compare_attention(&gpu, "head size 16, rows in other places", &pass(16, 40, vec![row(2, 0), row(0, 7), row(1, 19)]), false);
        compare_attention(&gpu, "the last place", &pass(128, 300, vec![row(0, 0)]), false);
        compare_attention(&gpu, "hostile", &pass(64, 30, vec![row(0, 0), row(1, 3)]), true);
    }
}

#[test]
fn attention_of_texts_equals_its_twin() {
    for gpu in gpus() {
        let pass = |head, words, count, rows| twins::Pass { heads: 2, head, room: 301, count, past: 0, words, rows };
        compare_attention(&gpu, "one word", &pass(64, 1, 1, vec![row(0, 0)]), false);
        compare_attention(&gpu, "150 words", &pass(100, 150, 150, vec![row(0, 0)]), false);
        compare_attention(
            &gpu,
            "texts of different lengths with tokens behind",
            &pass(16, 12, 17, vec![row(0, 0), row(1, 11), row(2, 5)]),
            false,
        );
        compare_attention(&gpu, "hostile", &pass(16, 9, 12, vec![row(0, 0), row(1, 4)]), true);
    }
}
