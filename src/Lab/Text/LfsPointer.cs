using Bench.Lab.Tensors;

namespace Bench.Lab.Text;

/// <summary>
/// A pointer of Git LFS: a clone without git-lfs has it in a large file's place
/// (github.com/git-lfs/git-lfs, docs/spec.md).
/// </summary>
internal static class LfsPointer
{
    // The specification's limit.
    private const int Longest = 1024;

    private static ReadOnlySpan<byte> Start => "version https://git-lfs.github.com/spec/"u8;

    /// <summary>Refuses a file that is a pointer, or a folder that holds one.</summary>
    /// <exception cref="LabException">It is one.</exception>
    internal static void Refuse(string path)
    {
        var files = Directory.Exists(path) ? new DirectoryInfo(path).EnumerateFiles() : [new FileInfo(path)];
        foreach (var file in files.Where(file => file.Exists && file.Length < Longest))
            if (File.ReadAllBytes(file.FullName).AsSpan().StartsWith(Start))
                throw new LabException(
                    $"{file.FullName}: a Git LFS pointer and not the file itself; run git lfs pull in its repository, "
                        + "or download the file"
                );
    }
}
