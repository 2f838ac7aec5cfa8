"""The methods by name, in lower case: Telegram does not mind how a name is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot.sandbox.methods import editing, media, profile, receiving, sending
from bot.sandbox.methods.call import Call

Method = Callable[[Call], Any]

METHODS: dict[str, Method] = {
    name.lower(): method
    for name, method in {
        "sendMessage": sending.send_message,
        "sendChatAction": sending.send_chat_action,
        "sendLocation": sending.send_location,
        "sendContact": sending.send_contact,
        "forwardMessage": sending.forward_message,
        "copyMessage": sending.copy_message,
        "sendPhoto": media.send_photo,
        "sendDocument": media.send_document,
        "sendVoice": media.send_voice,
        "sendVideo": media.send_video,
        "sendAudio": media.send_audio,
        "sendAnimation": media.send_animation,
        "sendSticker": media.send_sticker,
        "sendMediaGroup": media.send_media_group,
        "getFile": media.get_file,
        "editMessageText": editing.edit_message_text,
        "editMessageCaption": editing.edit_message_caption,
        "editMessageReplyMarkup": editing.edit_message_reply_markup,
        "deleteMessage": editing.delete_message,
        "deleteMessages": editing.delete_messages,
        "setMessageReaction": editing.set_message_reaction,
        "answerCallbackQuery": editing.answer_callback_query,
        "getMe": profile.get_me,
        "setMyName": profile.set_my_name,
        "getMyName": profile.get_my_name,
        "setMyDescription": profile.set_my_description,
        "getMyDescription": profile.get_my_description,
        "setMyShortDescription": profile.set_my_short_description,
        "getMyShortDescription": profile.get_my_short_description,
        "setMyCommands": profile.set_my_commands,
        "getMyCommands": profile.get_my_commands,
        "deleteMyCommands": profile.delete_my_commands,
        "setChatMenuButton": profile.set_chat_menu_button,
        "getChatMenuButton": profile.get_chat_menu_button,
        "getChat": profile.get_chat,
        "getChatMember": profile.get_chat_member,
        "getUserProfilePhotos": profile.get_user_profile_photos,
        "logOut": profile.agree,
        "close": profile.agree,
        "setWebhook": receiving.set_webhook,
        "deleteWebhook": receiving.delete_webhook,
        "getWebhookInfo": receiving.get_webhook_info,
    }.items()
}
