/* The plainest fast way to write with a llama2.c checkpoint, one token after another: matrix-vector products in plain loops. It is what
   generation at batch 1 is compared with. cc -Ofast -march=native -o loop one-token-at-a-time.c -lm; ./loop stories260K.bin TOKENS REPEATS prints tokens per second of
   each repeat. Greedy, from token 1. The file's layout: https://github.com/karpathy/llama2.c, version 0, shared head. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static int width, inner, layers, heads, kv_heads, vocabulary, context;
static float *embedding, *norm1, *wq, *wk, *wv, *wo, *norm2, *w1, *w2, *w3, *last_norm, *cosines, *sines;

static void product(float *restrict y, const float *restrict x, const float *restrict w, int in, int out) {
  for (int i = 0; i < out; i++) {
    float sum = 0;
    for (int j = 0; j < in; j++) sum += w[(long)i * in + j] * x[j];
    y[i] = sum;
  }
}

static void normalise(float *y, const float *x, const float *w) {
  float squares = 0;
  for (int i = 0; i < width; i++) squares += x[i] * x[i];
  float scale = 1 / sqrtf(squares / width + 1e-5f);
  for (int i = 0; i < width; i++) y[i] = w[i] * (scale * x[i]);
}

static void turn(float *x, int count, int head, int position) {
  for (int i = 0; i < count; i += 2) {
    float c = cosines[(position * head + i % head) / 2], s = sines[(position * head + i % head) / 2], a = x[i], b = x[i + 1];
    x[i] = a * c - b * s;
    x[i + 1] = a * s + b * c;
  }
}

int main(int count, char **arguments) {
  if (count != 4) return fprintf(stderr, "usage: %s CHECKPOINT TOKENS REPEATS\n", arguments[0]), 2;
  FILE *file = fopen(arguments[1], "rb");
  int header[7], tokens = atoi(arguments[2]), repeats = atoi(arguments[3]);
  if (!file || fread(header, 4, 7, file) != 7) return fprintf(stderr, "%s: cannot be read\n", arguments[1]), 2;
  width = header[0], inner = header[1], layers = header[2], heads = header[3], kv_heads = header[4], vocabulary = header[5], context = header[6];
  int head = width / heads, kv = kv_heads * head;
  if (tokens > context) return fprintf(stderr, "at most %d tokens\n", context), 2;
  float **parts[] = {&embedding, &norm1, &wq, &wk, &wv, &wo, &norm2, &w1, &w2, &w3, &last_norm};
  long sizes[] = {(long)vocabulary * width, (long)layers * width, (long)layers * width * width, (long)layers * width * kv, (long)layers * width * kv, (long)layers * width * width,
                  (long)layers * width, (long)layers * width * inner, (long)layers * width * inner, (long)layers * width * inner, width};
  for (int i = 0; i < 11; i++) {
    *parts[i] = malloc(4 * sizes[i]);
    if (fread(*parts[i], 4, sizes[i], file) != (size_t)sizes[i]) return fprintf(stderr, "%s: too short\n", arguments[1]), 2;
  }
  float *x = malloc(4 * width), *y = malloc(4 * width), *q = malloc(4 * width), *seen = malloc(4 * width), *gate = malloc(4 * inner), *up = malloc(4 * inner);
  float *logits = malloc(4 * vocabulary), *scores = malloc(4 * context), *keys = malloc(4L * layers * context * kv), *values = malloc(4L * layers * context * kv);
  cosines = malloc(2L * context * head), sines = malloc(2L * context * head);
  for (int i = 0; i < context * head / 2; i++) {
    float angle = i / (head / 2) * powf(10000.0f, -(float)(2 * (i % (head / 2))) / head);
    cosines[i] = cosf(angle), sines[i] = sinf(angle);
  }
  for (int repeat = 0; repeat < repeats; repeat++) {
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (int position = 0, token = 1; position < tokens; position++) {
      memcpy(x, embedding + (long)token * width, 4 * width);
      for (int l = 0; l < layers; l++) {
        float *key = keys + ((long)l * context + position) * kv, *value = values + ((long)l * context + position) * kv;
        normalise(y, x, norm1 + l * width);
        product(q, y, wq + (long)l * width * width, width, width);
        product(key, y, wk + (long)l * width * kv, width, kv);
        product(value, y, wv + (long)l * width * kv, width, kv);
        turn(q, width, head, position);
        turn(key, kv, head, position);
        for (int h = 0; h < heads; h++) {
          long shared = (long)l * context * kv + h / (heads / kv_heads) * head;
          float largest = -INFINITY, sum = 0, *out = seen + h * head;
          for (int t = 0; t <= position; t++) {
            float score = 0;
            for (int i = 0; i < head; i++) score += q[h * head + i] * keys[shared + (long)t * kv + i];
            scores[t] = score / sqrtf(head);
            if (scores[t] > largest) largest = scores[t];
          }
          for (int t = 0; t <= position; t++) sum += scores[t] = expf(scores[t] - largest);
          memset(out, 0, 4 * head);
          for (int t = 0; t <= position; t++)
            for (int i = 0; i < head; i++) out[i] += scores[t] / sum * values[shared + (long)t * kv + i];
        }
        product(y, seen, wo + (long)l * width * width, width, width);
        for (int i = 0; i < width; i++) x[i] += y[i];
        normalise(y, x, norm2 + l * width);
        product(gate, y, w1 + (long)l * width * inner, width, inner);
        product(up, y, w3 + (long)l * width * inner, width, inner);
        for (int i = 0; i < inner; i++) gate[i] = gate[i] / (1 + expf(-gate[i])) * up[i];
        product(y, gate, w2 + (long)l * width * inner, inner, width);
        for (int i = 0; i < width; i++) x[i] += y[i];
      }
      normalise(x, x, last_norm);
      product(logits, x, embedding, width, vocabulary);
      token = 0;
      for (int i = 1; i < vocabulary; i++)
        if (logits[i] > logits[token]) token = i;
      if (repeat == 0) fprintf(stderr, "%d ", token);
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%.1f\n", tokens / (to.tv_sec - from.tv_sec + 1e-9 * (to.tv_nsec - from.tv_nsec)));
  }
  fprintf(stderr, "\n");
}
