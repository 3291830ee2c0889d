// Hugging Face's transformers.js and ONNX Runtime for node on a model's folder that Bench exported.
// node onnx-client.mjs FOLDER DTYPE TOKENS PROMPT...   prints a JSON object: for each prompt its token ids, its greedy continuation as tokens and as text, and the logits after the prompt.
import { readFileSync } from "node:fs";
import path from "node:path";
import { AutoModelForCausalLM, AutoTokenizer, env } from "@huggingface/transformers";
import * as runtime from "onnxruntime-node";

const [folder, dtype, tokens, ...prompts] = process.argv.slice(2);
env.allowRemoteModels = false;
env.localModelPath = path.dirname(folder);
const name = path.basename(folder);
const tokenizer = await AutoTokenizer.from_pretrained(name);
const model = await AutoModelForCausalLM.from_pretrained(name, { dtype, device: "cpu" });
const graph = path.join(folder, "onnx", dtype === "fp32" ? "model.onnx" : "model_quantized.onnx");
const session = await runtime.InferenceSession.create(readFileSync(graph));
const config = JSON.parse(readFileSync(path.join(folder, "config.json")));

const answers = [];
for (const prompt of prompts) {
  const inputs = await tokenizer(prompt);
  const written = await model.generate({ ...inputs, max_new_tokens: Number(tokens), do_sample: false });
  const ids = inputs.input_ids.tolist()[0].map(Number);
  const response = written.tolist()[0].slice(ids.length).map(Number);
  const text = tokenizer.decode(response, { skip_special_tokens: true });
  const whole = (values) => new runtime.Tensor("int64", BigInt64Array.from(values, BigInt), [1, values.length]);
  const feeds = { input_ids: whole(ids), attention_mask: whole(ids.map(() => 1)), position_ids: whole(ids.map((_, i) => i)) };
  const heads = config.num_key_value_heads, width = config.head_dim ?? config.hidden_size / config.num_attention_heads;
  for (const input of session.inputNames) feeds[input] ??= new runtime.Tensor("float32", new Float32Array(0), [1, heads, 0, width]);
  const { logits } = await session.run(feeds);
  answers.push({ ids, response, text, logits: Array.from(logits.data.slice(-config.vocab_size)) });
}
console.log(JSON.stringify(answers));
