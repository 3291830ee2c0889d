// The official client of OpenAI's protocol against a server: a chat whole and streamed, a completion with log-probabilities, the list of models, an error. Prints what it understood as JSON.
// Usage: node openai-client.mjs BASE_URL MODEL TOKEN
import OpenAI from "openai";

const [baseURL, model, apiKey] = process.argv.slice(2);
const client = new OpenAI({ baseURL, apiKey, maxRetries: 0 });
const messages = [{ role: "user", content: "Once upon a time" }];
const asked = { model, messages, max_tokens: 24, seed: 7, temperature: 1 };

const chat = await client.chat.completions.create({ ...asked, logprobs: true, top_logprobs: 2 });
const stream = await client.chat.completions.create({ ...asked, stream: true, stream_options: { include_usage: true } });
let streamed = "", finish = null, usage = null, chunks = 0;
for await (const chunk of stream) {
  chunks++;
  streamed += chunk.choices[0]?.delta?.content ?? "";
  finish = chunk.choices[0]?.finish_reason ?? finish;
  usage = chunk.usage ?? usage;
}

const completion = await client.completions.create({ model, prompt: "Once upon a time", max_tokens: 8, temperature: 0, logprobs: 1, stop: ["zzz"] });
const models = await client.models.list();
let error = null;
try {
  await client.chat.completions.create({ ...asked, temperature: -1 });
} catch (refusal) {
  error = { status: refusal.status, name: refusal.constructor.name, param: refusal.param };
}

console.log(JSON.stringify({
  chat: chat.choices[0].message.content,
  finish: chat.choices[0].finish_reason,
  likelihoods: chat.choices[0].logprobs.content.length,
  usage: chat.usage,
  streamed, streamedFinish: finish, streamedUsage: usage, chunks,
  completion: completion.choices[0].text,
  models: models.data.map(entry => entry.id),
  error,
}));
