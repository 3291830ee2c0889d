namespace Bench.Protocol.Specs;

/// <summary>The section teacher of an experiment file, or an entry of teachers.</summary>
internal static class TeacherSection
{
    internal static IReadOnlyList<TeacherSpec> Read(SpecMapping root)
    {
        if (!root.Has("teachers")) return [One(root.Mapping("teacher", "say who teaches: teacher: { name, licence, train, checkpoint or traces }"))];
        if (root.Has("teacher")) throw new SpecException(root.PlaceOfKey("teachers"), "there are both teacher and teachers", "keep one of them");
        var teachers = new List<TeacherSpec>();
        foreach (var entry in root.Mappings("teachers", "name at least one teacher"))
        {
            var teacher = One(entry);
            if (teachers.Any(other => other.Name == teacher.Name))
                throw new SpecException(entry.PlaceOfValue("name"), $"there are two teachers of the name '{teacher.Name}'", "rename one");
            teachers.Add(teacher);
        }

        return teachers;
    }

    private static TeacherSpec One(SpecMapping section)
    {
        var teacher = new TeacherSpec
        {
            Name = section.Name("name", "name the teacher"),
            Licence = section.Text("licence", "name the teacher's licence by its SPDX id, e.g. MIT"),
            LicencePlace = section.PlaceOfValue("licence"),
            Acknowledged = [.. section.Words("acknowledge").Select(word => word.Word)],
            Training = section.OptionalMapping("train") is { } train ? Training(train, section) : null,
            Checkpoint = section.OptionalMapping("checkpoint") is { } checkpoint ? Checkpoint(checkpoint) : null,
            Traces = section.OptionalMapping("traces") is { } traces ? Checkpoint(traces) : null,
            Sampling = SpecSections.Sampling(section.OptionalMapping("sampling")) ?? SamplingSpec.Greedy,
        };
        section.Close();
        if (teacher.Traces is not null && section.Has("sampling")) throw new SpecException(section.PlaceOfKey("sampling"), "what a recorded teacher wrote is written", "remove sampling");
        return new object?[] { teacher.Training, teacher.Checkpoint, teacher.Traces }.Count(source => source is not null) == 1
            ? teacher
            : throw new SpecException(section.Place, "a teacher is trained here, loaded, or recorded", "give exactly one of train:, checkpoint: and traces:");
    }

    private static TeacherTraining Training(SpecMapping train, SpecMapping section)
    {
        train.Choice("on", "gold-traces", ["gold-traces"]);
        var tokens = train.Number("tokens", null, 1, 1e15);
        var model = SpecSections.Model(section.Mapping("model", "give the teacher's shape: model: { layers, width, heads }"));
        var (dropout, jitter) = model.Hidden is null ? (0, 0) : (train.Number("dropout", 0, 0, 0.95), (int)train.Integer("jitter", 0, 0, 8));
        return new TeacherTraining(tokens, model, SpecSections.Optimiser(train, new OptimiserSpec()), dropout, jitter);
    }

    private static CheckpointSpec Checkpoint(SpecMapping section)
    {
        var path = section.Text("path", "a file or a folder");
        var url = section.OptionalText("url");
        if (url is not null && !(Uri.TryCreate(url, UriKind.Absolute, out var parsed) && parsed.Scheme is "https" or "http"))
            throw new SpecException(section.PlaceOfValue("url"), "'url' is not a web address", "it starts with https://");
        var sha256 = section.OptionalText("sha256");
        if (sha256 is not null && !(sha256.Length == 64 && sha256.All(char.IsAsciiHexDigitLower)))
            throw new SpecException(section.PlaceOfValue("sha256"), "'sha256' is not a checksum", "64 lower-case hexadecimal digits");
        if (url is not null && sha256 is null) throw new SpecException(section.PlaceOfKey("url"), "a download needs a checksum", "add sha256:");
        var tokenizer = section.OptionalMapping("tokenizer") is { } inner ? Checkpoint(inner) : null;
        section.Close();
        return new CheckpointSpec(path, url is null ? null : new Uri(url), sha256, tokenizer, section.PlaceOfValue("path"));
    }
}
