/** A dissector for Wireshark, in Lua, out of the constants by which captures are judged. */
import { LARGEST_DATAGRAM_BYTES, TYPES, UDP_SEC_HEADER_BYTES } from "../observer/wire/udp-header.ts";
import { FRAME_TYPES } from "../observer/wire/mux-stream-frames.ts";
import { OPENED_MARK } from "./write-opened.ts";

const table = (entries: readonly (readonly [number, string])[]): string =>
  `{ ${entries.map(([value, name]) => `[${value}] = "${name}"`).join(", ")} }`;
const numbered = (names: readonly (string | undefined)[]): string =>
  table(names.flatMap((name, value) => (name === undefined ? [] : [[value, name] as const])));

const TYPE_TABLE = table(Object.entries(TYPES).map(([name, value]) => [value, name] as const));
/** Of the messages of the handshake over TCP, each behind its length. */
const TCP_MESSAGES = [48, 144, 160] as const;

const SCRIPT = `-- UDP-sec, its records over TCP, and Mux v2. Made by "udpsec dissector": changes are lost.
local udpsec = Proto("udpsec", "UDP-sec")
local udpsec_tcp = Proto("udpsec_tcp", "UDP-sec fallback")
local mux = Proto("udpsec_mux", "UDP-sec Mux v2")

local TYPES = ${TYPE_TABLE}
local MUX_TYPES = ${numbered(FRAME_TYPES)}
local HEADER, TAG, LARGEST = ${UDP_SEC_HEADER_BYTES}, 16, ${LARGEST_DATAGRAM_BYTES}
local MARK = "${OPENED_MARK}"

local f = {
  ver = ProtoField.uint8("udpsec.ver", "Version"),
  typ = ProtoField.uint8("udpsec.typ", "Type", base.HEX, TYPES),
  fin = ProtoField.bool("udpsec.fin", "FIN"),
  session = ProtoField.bytes("udpsec.session", "Session id (initiator's half, responder's half)"),
  pn = ProtoField.uint32("udpsec.pn", "Packet number"),
  ack = ProtoField.uint32("udpsec.ack", "Acknowledged"),
  ack_bits = ProtoField.uint32("udpsec.ack_bits", "Acknowledged before it", base.HEX),
  len = ProtoField.uint16("udpsec.len", "Bytes behind the header"),
  sealed = ProtoField.bytes("udpsec.sealed", "Sealed"),
  message = ProtoField.bytes("udpsec.noise", "Noise message"),
  cookie = ProtoField.bytes("udpsec.cookie", "Cookie"),
  mac1 = ProtoField.bytes("udpsec.mac1", "mac1"),
  delivered = ProtoField.uint64("udpsec.delivered", "Delivered"),
  window = ProtoField.uint32("udpsec.window", "Window"),
  ack_delay = ProtoField.uint32("udpsec.ack_delay_us", "Acknowledgement delay, us"),
  offset = ProtoField.uint64("udpsec.offset", "Stream offset"),
  data = ProtoField.bytes("udpsec.data", "Stream bytes"),
  first = ProtoField.uint32("udpsec.range.first", "First of a range"),
  last = ProtoField.uint32("udpsec.range.last", "Last of a range"),
  code = ProtoField.uint16("udpsec.close.code", "Close code"),
  reason = ProtoField.string("udpsec.close.reason", "Reason"),
}
udpsec.fields = f

local t = {
  len = ProtoField.uint16("udpsec_tcp.len", "Length"),
  message = ProtoField.bytes("udpsec_tcp.noise", "Noise message"),
  record = ProtoField.bytes("udpsec_tcp.record", "Sealed record"),
}
udpsec_tcp.fields = t

local m = {
  frame = ProtoField.string("udpsec_mux.frame", "Frame"),
  typ = ProtoField.string("udpsec_mux.typ", "Type"),
  stream = ProtoField.uint32("udpsec_mux.stream", "Stream"),
}
mux.fields = m

local function is_udpsec(buf)
  local size = buf:len()
  if size < HEADER or size > LARGEST or buf:reported_length_remaining() ~= size then return false end
  return buf(0, 1):uint() == 1 and buf(3, 1):uint() == 0 and TYPES[buf(1, 1):uint()] ~= nil
    and buf(24, 2):le_uint() == size - HEADER
end

local function body_of(typ, body, tree)
  local size = body:len()
  tree:add_le(f.delivered, body(0, 8))
  tree:add_le(f.window, body(8, 4))
  tree:add_le(f.ack_delay, body(12, 4))
  if typ == ${TYPES.DATA} and size >= 24 then
    tree:add_le(f.offset, body(16, 8))
    if size > 24 then tree:add(f.data, body(24)) end
  elseif typ == ${TYPES.ACK} and size > 17 then
    for at = 17, size - 8, 8 do
      tree:add_le(f.first, body(at, 4))
      tree:add_le(f.last, body(at + 4, 4))
    end
  elseif typ == ${TYPES.CLOSE} and size >= 19 then
    tree:add_le(f.code, body(16, 2))
    if size > 19 then tree:add(f.reason, body(19)) end
  end
end

local function handshake_of(typ, body, tree)
  if typ == ${TYPES.MSG1} and body:len() == LARGEST - HEADER then
    tree:add(f.message, body(0, body:len() - 32))
    tree:add(f.mac1, body(body:len() - 32, 16))
    tree:add(f.cookie, body(body:len() - 16))
  elseif typ == ${TYPES.RETRY} and body:len() == 32 then
    tree:add(f.cookie, body(0, 16))
  elseif body:len() > 0 then
    tree:add(f.message, body)
  end
end

function udpsec.dissector(buf, pinfo, root)
  if not is_udpsec(buf) then return 0 end
  pinfo.cols.protocol = "UDP-sec"
  local typ, size = buf(1, 1):uint(), buf:len()
  local tree = root:add(udpsec, buf(), "UDP-sec " .. TYPES[typ])
  tree:add(f.ver, buf(0, 1))
  tree:add(f.typ, buf(1, 1))
  tree:add(f.session, buf(4, 8))
  local info = TYPES[typ]
  if typ < ${TYPES.DATA} then
    handshake_of(typ, buf(HEADER), tree)
  else
    tree:add(f.fin, buf(2, 1), buf(2, 1):uint() == 1)
    tree:add_le(f.pn, buf(12, 4))
    tree:add_le(f.ack, buf(16, 4))
    tree:add_le(f.ack_bits, buf(20, 4))
    info = info .. " pn " .. buf(12, 4):le_uint() .. " ack " .. buf(16, 4):le_uint()
    local plain = size - HEADER - TAG
    if plain >= 16 and buf(size - TAG, TAG):raw() == MARK then
      body_of(typ, buf(HEADER, plain), tree)
      if typ == ${TYPES.DATA} and plain >= 24 then
        local offset = buf(HEADER + 16, 8):le_uint64()
        info = info .. " [" .. tostring(offset) .. " + " .. (plain - 24) .. ")"
      end
    else
      tree:add(f.sealed, buf(HEADER))
    end
  end
  tree:add_le(f.len, buf(24, 2))
  pinfo.cols.info = info
  return size
end

-- Behind the first datagram the conversation is ours, whatever else its bytes could be.
udpsec:register_heuristic("udp", function(buf, pinfo, root)
  if not is_udpsec(buf) then return false end
  pinfo.conversation = udpsec
  udpsec.dissector(buf, pinfo, root)
  return true
end)

local function record_length(buf) return 2 + buf(0, 2):le_uint() end

local function record_of(buf, pinfo, root)
  local size = buf(0, 2):le_uint()
  local tree = root:add(udpsec_tcp, buf(), "UDP-sec over TCP, " .. size .. " bytes")
  tree:add_le(t.len, buf(0, 2))
  local is_message = ${TCP_MESSAGES.map((bytes) => `size == ${bytes}`).join(" or ")}
  tree:add(is_message and t.message or t.record, buf(2))
  return buf:len()
end

function udpsec_tcp.dissector(buf, pinfo, root)
  pinfo.cols.protocol = "UDP-sec/TCP"
  dissect_tcp_pdus(buf, root, 2, record_length, record_of)
  return buf:len()
end

-- Nothing else begins a connection with 50 bytes that say so.
udpsec_tcp:register_heuristic("tcp", function(buf, pinfo, root)
  if buf:len() ~= ${TCP_MESSAGES[0] + 2} or buf(0, 2):le_uint() ~= ${TCP_MESSAGES[0]} then return false end
  pinfo.conversation = udpsec_tcp
  udpsec_tcp.dissector(buf, pinfo, root)
  return true
end)

-- The frames of the mux that are whole with a packet: "udpsec decrypt" wrote them into its comment.
local comments = Field.new("frame.comment")
function mux.dissector(_, pinfo, root)
  for _, comment in ipairs({ comments() }) do
    for part in tostring(comment):gmatch("[^;]+") do
      local words = part:gsub("^%s+", "")
      local typ, stream = words:match("^([A-Z_]+) (%x+)")
      for _, known in pairs(MUX_TYPES) do
        if typ == known then
          local tree = root:add(mux, "Mux v2 " .. words)
          tree:add(m.frame, words)
          tree:add(m.typ, typ)
          if typ ~= "PING" and typ ~= "PONG" then tree:add(m.stream, tonumber(stream)) end
        end
      end
    end
  end
end
register_postdissector(mux)
`;

/**
 * Sealed packets show their header. Of a capture that `udpsec decrypt` wrote they show what stands in them, and the mux frames that are whole
 * with them, which it wrote into the packets' comments.
 *
 * @returns a script: Wireshark takes it from its folder of plugins, tshark with `-X lua_script:FILE`
 */
export function dissectorScript(): string {
  return SCRIPT;
}
