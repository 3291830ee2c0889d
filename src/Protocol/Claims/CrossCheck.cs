namespace Bench.Protocol.Claims;

/// <summary>
/// What one claim states should equal what others state together: a total and its parts, or two records of one run.
/// </summary>
/// <param name="Claim">Whose statement is checked.</param>
/// <param name="Others">What it is compared with.</param>
/// <param name="Quantity">What the claim states.</param>
/// <param name="OtherQuantity">What the others state; their sum times the factor should equal the claim's.</param>
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
