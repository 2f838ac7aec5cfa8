// The words of the page, in the language the shell was served in.

const ALL = {
  en: {
    bot: "bot", waiting: "waiting for the bot", typing: "typing…", sending: "sending a file…", offline: "Reconnecting…",
    today: "Today", yesterday: "Yesterday", edited: "edited", you: "You",
    introTitle: "What can this bot do?", intro: "Press START, or pick one of the lines below.", start: "START",
    unblock: "UNBLOCK THE BOT", block: "Block the bot", restart: "Send /start", shareNumber: "Share my phone number",
    reply: "Reply", edit: "Edit", copy: "Copy", like: "React with 👍", copied: "Copied: ", cancel: "Cancel", ok: "OK", share: "Share",
    editing: "Editing", replying: "Reply to", attach: "Attach", message: "Message", save: "Save",
    photo: "Photo", photoLine: "from this computer", document: "Document", documentLine: "any file up to 50 MB",
    sample: "Picture of a damaged parcel", payment: "Screenshot of a declined payment", colour: "Picture of the wrong colour", sampleLine: "sample",
    album: "Album of three pictures", albumLine: "arrives as three messages",
    location: "My location", locationLine: "a place in Hong Kong", contact: "My contact", other: "Somebody else's contact", otherLine: "must not count as yours",
    voice: "Voice message", voiceLine: "four seconds of nothing", sticker: "Sticker", poll: "Poll",
    askNumber: "Share your phone number?", askNumberLine: "The bot will see {phone}.",
    askPlace: "Share your location?", askPlaceLine: "The bot will see where you are now.",
    openLink: "Open this link?", open: "Open", forwarded: "Forwarded from ", seconds: "s", newest: "New messages",
    kinds: { photo: "Photo", document: "Document", voice: "Voice message", sticker: "Sticker", location: "Location", contact: "Contact", video: "Video", poll: "Poll" },
    pollQuestion: "Which colour shall I take?", pollOptions: ["Green", "Red"], commands: "Commands", delivered: "seen by the bot", sent: "waiting for the bot",
    more: "More about this message", unfold: "Show all of it", fold: "Show less", unknown: "This message cannot be shown here.",
  },
  zh: {
    bot: "机器人", waiting: "等待机器人上线", typing: "正在输入…", sending: "正在发送文件…", offline: "正在重新连接…",
    today: "今天", yesterday: "昨天", edited: "已编辑", you: "您",
    introTitle: "这个机器人能做什么？", intro: "点“开始”，或直接选下面的一句话。", start: "开始",
    unblock: "解除屏蔽", block: "屏蔽机器人", restart: "发送 /start", shareNumber: "分享我的手机号",
    reply: "回复", edit: "编辑", copy: "复制", like: "点个 👍", copied: "已复制：", cancel: "取消", ok: "好的", share: "分享",
    editing: "编辑消息", replying: "回复", attach: "附件", message: "输入消息", save: "保存",
    photo: "图片", photoLine: "从这台电脑选", document: "文件", documentLine: "50 MB 以内的任意文件",
    sample: "破损包裹的照片", payment: "付款失败的截图", colour: "发错颜色的照片", sampleLine: "示例图片",
    album: "三张图的相册", albumLine: "会作为三条消息到达",
    location: "我的位置", locationLine: "香港的一个地点", contact: "我的名片", other: "别人的名片", otherLine: "不能当作本人的号码",
    voice: "语音消息", voiceLine: "四秒空白录音", sticker: "贴纸", poll: "投票",
    askNumber: "要分享您的手机号吗？", askNumberLine: "机器人将看到 {phone}。",
    askPlace: "要分享您的位置吗？", askPlaceLine: "机器人将看到您现在的位置。",
    openLink: "打开这个链接？", open: "打开", forwarded: "转发自 ", seconds: "秒", newest: "新消息",
    kinds: { photo: "图片", document: "文件", voice: "语音", sticker: "贴纸", location: "位置", contact: "名片", video: "视频", poll: "投票" },
    pollQuestion: "选哪个颜色好？", pollOptions: ["绿色", "红色"], commands: "命令", delivered: "机器人已收到", sent: "等待机器人",
    more: "这条消息的更多操作", unfold: "展开全部", fold: "收起", unknown: "这条消息无法在这里显示。",
  },
};

export const language = document.documentElement.dataset.language;
export const words = ALL[language];
export const locale = language === "zh" ? "zh-CN" : "en-GB";

const clock = new Intl.DateTimeFormat(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const day = new Intl.DateTimeFormat(locale, { day: "numeric", month: "long" });

export const timeOf = (seconds) => clock.format(new Date(seconds * 1000));

export function dayOf(seconds) {
  const date = new Date(seconds * 1000);
  const days = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(date).setHours(0, 0, 0, 0)) / 86400000);
  return days === 0 ? words.today : days === 1 ? words.yesterday : day.format(date);
}

export function summaryOf(message) {
  if (message.text || message.caption) return message.text || message.caption;
  const kind = Object.keys(words.kinds).find((name) => name in message);
  return kind ? words.kinds[kind] : "…";
}
