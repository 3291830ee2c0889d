using Bench.Protocol.Tasks;

namespace Bench.Lab.Tasks;

/// <summary>Finds what runs an experiment's tasks.</summary>
internal static class TaskRuntimes
{
    internal static TaskRuntime Of(TaskSetting setting) =>
        setting.Spec.Content switch
        {
            TaskContent.OwnText => new OwnTextRuntime(setting),
            TaskContent.Images => new ImageRuntime(setting),
            _ => new SolvableRuntime(setting),
        };
}
