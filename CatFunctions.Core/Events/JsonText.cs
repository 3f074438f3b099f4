using System.Buffers;
using System.Globalization;

namespace CatFunctions.Core.Events;

/// <summary>Looks into JSON text that is known to be valid.</summary>
internal static class JsonText
{
    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    /// <summary>Whether it spans several lines.</summary>
    public static bool HasLineBreak(ReadOnlySpan<byte> json) => json.ContainsAny(LineBreaks);

    /// <summary>Copies it without the white space between its tokens, which is where its line breaks are; returns the length.</summary>
    public static int Minify(ReadOnlySpan<byte> json, Span<byte> minified)
    {
        var length = 0;
        var inString = false;
        for (var i = 0; i < json.Length; i++)
        {
            var current = json[i];
            if (!inString && current is (byte)' ' or (byte)'\t' or (byte)'\r' or (byte)'\n')
            {
                continue;
            }

            minified[length++] = current;
            if (current == '\\')
            {
                minified[length++] = json[++i];
            }
            else if (current == '"')
            {
                inString = !inString;
            }
        }

        return length;
    }

    /// <summary>
    /// Whether a <c>\u</c> escape stands for half of a surrogate pair. The grammar of JSON allows it (RFC 8259,
    /// section 8.2) but it is no text, and many readers refuse the whole line.
    /// </summary>
    public static bool HasUnpairedSurrogate(ReadOnlySpan<byte> json)
    {
        while (json.IndexOf((byte)'\\') is var escape and >= 0)
        {
            json = json[escape..];
            if (json[1] != 'u')
            {
                json = json[2..];
                continue;
            }

            var unit = CodeUnit(json);
            json = json[6..];
            if (char.IsLowSurrogate(unit))
            {
                return true;
            }

            if (char.IsHighSurrogate(unit))
            {
                if (!json.StartsWith("\\u"u8) || !char.IsLowSurrogate(CodeUnit(json)))
                {
                    return true;
                }

                json = json[6..];
            }
        }

        return false;
    }

    private static char CodeUnit(ReadOnlySpan<byte> escape) =>
        (char)ushort.Parse(escape[2..6], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
