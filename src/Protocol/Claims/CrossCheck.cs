namespace Bench.Protocol.Claims;

/// <summary>
/// A statement of one claim that should equal others' together: a total and its parts, or two records of one run.
/// </summary>
/// <param name="Claim">The claim whose statement is checked.</param>
/// <param name="Others">The claims that it is compared with.</param>
/// <param name="Quantity">The quantity that the claim states.</param>
/// <param name="OtherQuantity">The others' quantity; its sum times the factor should equal the claim's.</param>
/// <param name="Factor">E.g. how many GPUs ran for the other's hours.</param>
/// <param name="Reason">Why they should be equal.</param>
public sealed record CrossCheck(
    Claim Claim,
    IReadOnlyList<Claim> Others,
    Quantity Quantity,
    Quantity OtherQuantity,
    double Factor,
    string Reason
);
