namespace CatFunctions.Core.Simulation;

/// <summary>The users: who they are, where they live and what they like. A pure function of the seed.</summary>
/// <remarks>
/// <para>
/// Regulars are numbered by activity, from 1 to <see cref="Regulars"/>: of their sessions the first 1 % make 10 %, the first
/// 25 % half. One session in ten is a newcomer's. A newcomer joins every <see cref="JoinInterval"/> and looks around for a
/// day, less and less; the higher the number, the newer.
/// </para>
/// <para>
/// Users belong to one of <see cref="Tastes"/> audiences, each of which likes some breeds more and others less. One user in ten
/// never likes anything.
/// </para>
/// </remarks>
internal sealed class Audience
{
    public const int Regulars = 10_000;

    public const int Tastes = 5;

    /// <summary>The audiences, and last those who never like anything.</summary>
    public const int Groups = Tastes + 1;

    public static readonly TimeSpan JoinInterval = TimeSpan.FromSeconds(10);

    private const double NewcomerShare = 0.1;
    private const double NeverLikes = 0.1;
    private const int NewcomersPerDay = 24 * 60 * 6;

    /// <summary>When the newcomers began to join.</summary>
    private static readonly DateTimeOffset Opening = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    /// <summary>By what a breed multiplies the chance of a like, one value for each audience, before their mean is made 1.</summary>
    private static readonly double[] Factors = [0.4, 0.8, 1.0, 1.2, 1.4];

    // A newcomer is like the regular with the same number modulo Regulars.
    private readonly Member[] _members = new Member[Regulars];
    private readonly double[] _sessions = new double[Rhythm.Zones.Length * Groups];

    public Audience(long seed)
    {
        var users = PhotoTraits.Hash("users");
        for (var i = 0; i < Regulars; i++)
        {
            var random = SplitMix64.ForStream(seed, users + (ulong)i);
            var place = random.NextDouble();
            var zone = 0;
            while (place >= Rhythm.Zones[zone].Share && zone < Rhythm.Zones.Length - 1)
            {
                place -= Rhythm.Zones[zone++].Share;
            }

            var group = random.NextDouble() < NeverLikes ? Tastes : (int)random.NextBelow(Tastes);
            _members[i] = new Member((byte)zone, (byte)group);
            var activity = Math.Sqrt((i + 1.0) / Regulars) - Math.Sqrt((double)i / Regulars);
            _sessions[zone * Groups + group] += (1 - NewcomerShare) * activity + NewcomerShare / Regulars;
        }
    }

    /// <summary>A user who opens the page, as if all zones were equally busy: the user's number.</summary>
    /// <param name="newcomer">The number of the newest newcomer.</param>
    public static int Draw(int newcomer, ref SplitMix64 random)
    {
        var place = random.NextDouble();
        if (place < NewcomerShare)
        {
            place /= NewcomerShare;
            return newcomer - (int)(place * place * NewcomersPerDay);
        }

        place = (place - NewcomerShare) / (1 - NewcomerShare);
        return 1 + (int)(place * place * Regulars);
    }

    /// <summary>The number of the newcomer who joined last. The numbers begin again after 340 years.</summary>
    public static int NewestAt(DateTimeOffset time)
    {
        var joined = (time.UtcTicks - Opening.UtcTicks) / JoinInterval.Ticks;
        return Regulars + NewcomersPerDay + (int)(joined & ((1 << 30) - 1));
    }

    public Member MemberOf(int userId) => _members[(userId - 1) % Regulars];

    /// <summary>The share of all sessions that are of a zone and a group; they add up to 1.</summary>
    public double ShareOf(int zone, int group) => _sessions[zone * Groups + group];

    /// <summary>The share of all sessions that are of a zone.</summary>
    public double ShareOf(int zone)
    {
        var sum = 0.0;
        for (var group = 0; group < Groups; group++)
        {
            sum += ShareOf(zone, group);
        }

        return sum;
    }

    /// <summary>How active all users together are; 1 is the mean over a week.</summary>
    public double ActivityAt(DateTimeOffset time, double rhythm)
    {
        var sum = 0.0;
        for (var zone = 0; zone < Rhythm.Zones.Length; zone++)
        {
            sum += ShareOf(zone) * Rhythm.At(time, zone, rhythm);
        }

        return sum;
    }

    /// <summary>
    /// What the breed of a photo multiplies its appeal by, for each group; the mean over all sessions is 1. Without a breed all
    /// who like anything like it alike.
    /// </summary>
    public double[] TastesFor(string? breed, long seed)
    {
        var factors = new double[Groups];
        for (var taste = 0; taste < Tastes; taste++)
        {
            factors[taste] = breed is null ? 1 : Factors[taste];
        }

        if (breed is not null)
        {
            var random = SplitMix64.ForStream(seed, PhotoTraits.Hash("taste for " + breed));
            for (var left = Tastes; left > 1; left--)
            {
                var chosen = random.NextBelow(left);
                (factors[left - 1], factors[chosen]) = (factors[chosen], factors[left - 1]);
            }
        }

        var mean = 0.0;
        for (var zone = 0; zone < Rhythm.Zones.Length; zone++)
        {
            for (var group = 0; group < Groups; group++)
            {
                mean += ShareOf(zone, group) * factors[group];
            }
        }

        return [.. factors.Select(factor => factor / mean)];
    }

    /// <summary>Where a user lives and which audience the user belongs to.</summary>
    public readonly record struct Member(byte Zone, byte Group);
}
