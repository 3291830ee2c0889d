using System.Reflection;
using Bench.Protocol.Objectives;

namespace Bench.Lab.Objectives;

/// <summary>Finds the class that computes an objective.</summary>
internal static class ObjectiveLosses
{
    private static readonly Dictionary<Type, ConstructorInfo> Makers = typeof(ObjectiveLoss)
        .Assembly.GetTypes()
        .Where(type =>
            type is { IsAbstract: false, BaseType.IsGenericType: true }
            && type.BaseType.GetGenericTypeDefinition() == typeof(ObjectiveLoss<>)
        )
        .ToDictionary(
            type => type.BaseType!.GetGenericArguments()[0],
            type => type.GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public).Single()
        );

    /// <summary>The kinds of objectives that something computes.</summary>
    internal static IReadOnlyCollection<Type> Known => Makers.Keys;

    /// <summary>Computes an objective in a setting.</summary>
    internal static ObjectiveLoss Of(Objective objective, ObjectiveSetting setting)
    {
        var maker = Makers[objective.GetType()];
        object[] arguments =
        [
            .. maker
                .GetParameters()
                .Select(parameter => parameter.ParameterType == typeof(ObjectiveSetting) ? (object)setting : objective),
        ];
        return (ObjectiveLoss)maker.Invoke(BindingFlags.DoNotWrapExceptions, null, arguments, null);
    }
}
