using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using Bench.Cli.Execution;
using Bench.Lab.Models;
using Bench.Lab.Serving;
using Bench.Lab.Text;
using Bench.Protocol.Reading;

namespace Bench.Cli.Commands;

/// <summary>bench serve: a model behind OpenAI's protocol.</summary>
internal static class ServeCommand
{
    internal static Command Create()
    {
        var model = Arguments.Model();
        var tokenizer = Arguments.Tokenizer();
        var host = new Option<string>("--host")
        {
            Description = "The address to listen on.",
            DefaultValueFactory = _ => "127.0.0.1",
        };
        var port = new Option<int>("--port")
        {
            Description = "The port; 0 takes a free one.",
            DefaultValueFactory = _ => 8000,
        };
        var name = new Option<string?>("--name")
        {
            Description = "The model's name in the protocol (default: the last part of its path).",
        };
        var token = new Option<string?>("--token-variable")
        {
            Description =
                "The environment variable that holds the bearer token clients must send (default: none is asked for).",
        };
        var body = new Option<long>("--max-body")
        {
            Description = "The largest request, in bytes.",
            DefaultValueFactory = _ => 4 << 20,
        };
        var concurrency = new Option<int>("--max-concurrent")
        {
            Description = "The most choices under way at a time; requests beyond are answered 429.",
            DefaultValueFactory = _ => 256,
        };
        var limit = new Option<int>("--max-tokens")
        {
            Description = "The most new tokens of a choice.",
            DefaultValueFactory = _ => 4096,
        };
        port.Within(0, 65_535);
        body.Within(1, int.MaxValue);
        concurrency.Within(1, 1 << 20);
        limit.Within(1, 1 << 20);
        var command = new Command(
            "serve",
            "Serve a model: an OpenAI-compatible endpoint (chat and completions, log-probabilities, streams)."
        )
        {
            model,
            tokenizer,
            host,
            port,
            name,
            token,
            body,
            concurrency,
            limit,
        };
        command.SetAction(
            (parsed, _) =>
            {
                var named = parsed.GetValue(model)!;
                return Serve(
                    named,
                    parsed.GetValue(tokenizer),
                    new ServeOptions
                    {
                        Host = Address(parsed.GetValue(host)!),
                        Port = parsed.GetValue(port),
                        ModelName = parsed.GetValue(name) is { } given
                            ? given.Length > 0
                                ? given
                                : throw new UsageException("--name is empty", "name the model")
                            : Path.GetFileNameWithoutExtension(named.TrimEnd('/')),
                        Token = parsed.GetValue(token) is not { } variable
                            ? null
                            : Workplace.Key(variable)
                                ?? throw new UsageException(
                                    $"--token-variable: the environment variable {variable} is not set",
                                    "set it to the token"
                                ),
                        LargestBody = parsed.GetValue(body),
                        Concurrency = parsed.GetValue(concurrency),
                        TokenLimit = parsed.GetValue(limit),
                    }
                );
            }
        );
        return command;
    }

    private static string Address(string host) =>
        host == "localhost" || IPAddress.TryParse(host, out _)
            ? host
            : throw new UsageException(
                $"--host: '{host}' is no address",
                "127.0.0.1 for this machine alone, 0.0.0.0 for every network"
            );

    private static async Task<int> Serve(string named, string? tokenizerFile, ServeOptions options)
    {
        var (model, tokenizer) = ModelNames.Load(named, tokenizerFile);
        // It is not disposed of: the process ends with it, and a turn that is still being computed then needs it.
        var stop = Interruption.Token;
        await using var server = await Started(
            model,
            ModelNames.Needed(tokenizer, named),
            ModelNames.Template(named),
            options
        );
        Console.WriteLine(
            $"serving {options.ModelName} at {server.Address} "
                + $"({(options.Token is null ? "without a token" : "with a bearer token")}); Ctrl-C ends it"
        );
        var ended = new TaskCompletionSource();
        await using var registration = stop.Register(ended.SetResult);
        await ended.Task;
        return ExitCodes.Done;
    }

    private static async Task<ModelServer> Started(
        ILanguageModel model,
        ITokenizer tokenizer,
        ChatTemplate? template,
        ServeOptions options
    )
    {
        try
        {
            return await ModelServer.Start(model, tokenizer, template, options, TimeProvider.System);
        }
        catch (Exception error) when (error is IOException or SocketException)
        {
            throw new UsageException(
                $"cannot listen at {options.Host}:{options.Port} ({error.Message.ReplaceLineEndings(" ")})",
                "choose another --host or --port"
            );
        }
    }
}
